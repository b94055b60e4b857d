/** Asking the starter to begin a process that verifies. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { verifyStarterAt } from './verify-starter.ts'

let folder: string
let socket: string
let server: Server | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starter-'))
  socket = join(folder, 'control.sock')
})
afterEach(() => {
  server?.close().closeAllConnections()
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function answering(status: number): Promise<string[]> {
  const asked: string[] = []
  server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`)
    response.writeHead(status).end('{}')
  })
  await new Promise<void>(resolve => server!.listen(socket, resolve))
  return asked
}

test('names the run, and is content when the starter is', async () => {
  const asked = await answering(200)
  await verifyStarterAt(socket).start('vrf_1')
  expect(asked).toEqual(['POST /verify/vrf_1'])
})

test('rejects when the starter refuses, and when there is none', async () => {
  await answering(500)
  await expect(verifyStarterAt(socket).start('vrf_1')).rejects.toThrow('the starter does not begin it')
  await expect(verifyStarterAt(join(folder, 'none')).start('vrf_1')).rejects.toThrow('the starter does not begin it')
})
