import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { anyFreePort, isFree, listeningInodes, nextFreePort, portHolder } from './ports.ts'

const servers: Server[] = []

async function listen(): Promise<number> {
  const server = createServer()
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise(resolve => server.close(resolve))
})

describe('a taken port', () => {
  test('is not free, and the next free one is another', async () => {
    const port = await listen()
    expect(await isFree(port)).toBe(false)
    expect(await nextFreePort(port, new Set())).toBeGreaterThan(port)
  })

  test('names its holder: pid and command', async () => {
    expect(portHolder(await listen())).toEqual({ pid: process.pid, command: expect.stringContaining('jest') })
  })
})

test('a port is given out once', async () => {
  const taken = new Set<number>()
  const always = () => 0.5
  const first = await anyFreePort(taken, always)
  const second = await anyFreePort(taken, always)
  expect(second).not.toBe(first)
  expect(taken).toEqual(new Set([first, second]))
})

test('free ports lie below those of outgoing connections', async () => {
  expect(await anyFreePort(new Set(), () => 0.999)).toBeLessThan(32_768)
})

test('a port without a listener has no holder', () => {
  expect(portHolder(1)).toEqual({})
})

test('of a port, only sockets that listen count: not its connections, nor another port that ends alike', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 20 4 30 10 -1
   2: 0100007F:01F9 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0`
  expect(listeningInodes(table, 8080)).toEqual(['111'])
})
