/** A run that something holds is ended and told what; one that nothing holds just ends. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const watch = new URL('exit-watch.ts', import.meta.url)
const run = (graceMs: number, rest = '') =>
  promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { endWhenHeld } from '${watch}'; import { connect } from 'node:net'; endWhenHeld(${graceMs}); ${rest}`,
  ])

test('a connection that is left open is named, and the run fails', async () => {
  const server = createServer(socket => socket.resume().on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    await expect(run(300, `connect(${port}, '127.0.0.1'); setInterval(() => {}, 1_000)`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(`held by: a connection to 127.0.0.1:${port}, Timeout`),
    })
  } finally {
    server.close()
  }
}, 30_000)

test('a run that nothing holds is not waited for', async () => {
  await expect(run(3_600_000)).resolves.toMatchObject({ stderr: '' })
}, 30_000)
