// A fetch that sends the headers it is given and no others, and touches nothing of the answer. The built-in one makes
// conditional requests `no-cache`, and decodes. A private cache's tests are written for a browser's fetch, so `cache: 'no-cache'`
// says what it does there: `Cache-Control: max-age=0` (Fetch Standard, HTTP-network-or-cache fetch).

import http from 'node:http'

const agent = new http.Agent({ keepAlive: true })
/// Milliseconds for one request, so that a proxy that hangs fails a test and not the run.
const LIMIT = 20_000

export function fetch (url, init = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method: init.method ?? 'GET', signal: AbortSignal.timeout(LIMIT) })
    for (const [name, value] of init.headers ?? []) request.appendHeader(name, value)
    if (init.cache === 'no-cache') request.setHeader('Cache-Control', 'max-age=0')
    // Without it a DELETE's body would have no frame.
    if (init.body !== undefined) request.setHeader('Content-Length', Buffer.byteLength(init.body))
    request.on('error', reject)
    request.on('response', response => {
      const body = readAll(response)
      body.catch(() => {}) // who asks for the text is told
      resolve({ status: response.statusCode, statusText: response.statusMessage, headers: headers(response), text: () => body })
    })
    request.end(init.body)
  })
}

function headers (response) {
  const headers = new Headers()
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    headers.append(response.rawHeaders[i], response.rawHeaders[i + 1])
  }
  return headers
}

async function readAll (response) {
  const chunks = []
  for await (const chunk of response) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
