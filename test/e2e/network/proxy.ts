import { createServer } from 'node:http';
import { connect } from 'node:net';

/** An office's proxy: `node proxy.ts HOST PORT ALLOWED` tunnels to the address ALLOWED, and nowhere else (RFC 9110 section 9.3.6). */
const [, , host = '', port = '', allowed = ''] = process.argv;

const server = createServer((_request, response) => response.writeHead(405).end());
server.on('connect', (request, client, head) => {
  process.stdout.write(`${request.url}\n`);
  client.on('error', () => undefined);
  if (request.url !== allowed) {
    client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  const { hostname, port: to } = new URL(`http://${allowed}`);
  const target = connect(Number(to), hostname, () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    target.write(head);
    target.pipe(client);
    client.pipe(target);
  });
  target.on('error', () => client.destroy());
  client.on('close', () => target.destroy());
});
server.listen(Number(port), host, () => process.stdout.write('listening\n'));
