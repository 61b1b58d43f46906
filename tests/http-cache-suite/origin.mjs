// The suite's origin server, on a loopback port of its own: the suite's program listens on every interface.

import http from 'node:http'

export async function serveSuite (suite) {
  const handlers = {
    config: (await suite('server/handle-config.mjs')).default,
    state: (await suite('server/handle-state.mjs')).default,
    test: (await suite('server/handle-test.mjs')).default
  }
  const server = http.createServer((request, response) => {
    const [kind, ...rest] = new URL(request.url, 'http://localhost').pathname.split('/').slice(1)
    if (kind in handlers) handlers[kind](rest, request, response)
    else response.writeHead(404).end()
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop () {
      server.close()
      server.closeAllConnections()
    }
  }
}
