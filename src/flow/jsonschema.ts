/** By name, so that a bundle has this of zod and not its fifty languages: every run has to read its bundle. */
export { toJSONSchema } from 'zod/v4/core';
