// The proxy under test: a command in which {listen} and {upstream} are filled in.

import { spawn } from 'node:child_process'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/// Milliseconds until a proxy must listen.
const START = 20_000

export async function startProxy (command, upstream) {
  const port = await freePort()
  const [program, ...args] = command.map(word => word.replace('{listen}', `127.0.0.1:${port}`).replace('{upstream}', upstream))
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  let failure
  child.on('error', error => { failure = error })
  child.on('exit', code => { failure = new Error(`the proxy ended with ${code}`) })
  process.on('exit', () => child.kill())
  for (const since = Date.now(); !await accepts(port); await sleep(50)) {
    if (failure) throw failure
    if (Date.now() - since > START) throw new Error('the proxy does not listen')
  }
  return {
    url: `http://127.0.0.1:${port}`,
    stop () {
      if (failure) throw failure // what was measured after it ended means nothing
      child.removeAllListeners('exit')
      child.kill()
    }
  }
}

function freePort () {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function accepts (port) {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('close', () => socket.destroy())
    socket.on('connect', () => socket.destroy())
  })
}
