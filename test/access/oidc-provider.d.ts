declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';
  /** Of what it has, what the test uses. */
  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
  }
}
