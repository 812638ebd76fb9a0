// Loaded before the program that measures: its requests carry the key in ARCOS_BENCH_KEY.
import http from 'node:http';

const { request } = http;
const authorization = `Bearer ${process.env['ARCOS_BENCH_KEY']}`;
http.request = (options, ...rest) => request({ ...options, headers: { ...options.headers, authorization } }, ...rest);
