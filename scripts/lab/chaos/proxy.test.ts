/** The proxy passes bytes on as they are, and does to a connection what its weather says. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { until } from '../../../shared/runtime/until.ts'
import { TcpProxy } from './proxy.ts'

let server: Server
let proxy: TcpProxy
let heardByServer: string
let served: Socket[]
const clients: Socket[] = []

/** A server that answers every chunk with the same in brackets. */
beforeEach(async () => {
  heardByServer = ''
  served = []
  server = createServer({ allowHalfOpen: true }, socket => {
    served.push(socket)
    socket.on('error', () => {})
    socket.on('data', chunk => {
      heardByServer += chunk
      socket.write(`<${chunk}>`)
    })
    socket.on('end', () => socket.end('bye'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await TcpProxy.open()
  proxy.targetPort = (server.address() as AddressInfo).port
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await proxy.close()
  for (const socket of served) socket.destroy()
  server.close()
})

interface Client {
  socket: Socket
  heard: string
  isClosed: boolean
}

async function open(): Promise<Client> {
  const client: Client = { socket: connect({ host: '127.0.0.1', port: proxy.port }), heard: '', isClosed: false }
  clients.push(client.socket)
  client.socket.on('data', chunk => {
    client.heard += chunk
  })
  client.socket.on('error', () => {})
  client.socket.once('close', () => {
    client.isClosed = true
  })
  await Promise.race([once(client.socket, 'connect'), once(client.socket, 'close')]).catch(() => {})
  return client
}

test('passes both directions and the end of each', async () => {
  const client = await open()
  client.socket.write('one')
  await until(() => client.heard === '<one>', { what: 'the answer' })
  client.socket.end('two')
  await until(() => client.isClosed, { what: 'the end' })
  expect(client.heard).toBe('<one><two>bye')
  await until(() => proxy.linkCount === 0, { what: 'no link left' })
})

test('cuts what is open, on both sides, and takes new connections', async () => {
  const client = await open()
  client.socket.write('one')
  await until(() => client.heard === '<one>', { what: 'the answer' })
  expect(proxy.cut()).toBe(1)
  await until(() => client.isClosed && served[0]!.destroyed, { what: 'both ends to see it' })
  const next = await open()
  next.socket.write('two')
  await until(() => next.heard === '<two>', { what: 'the answer' })
})

test('refuses, and cuts what was open', async () => {
  const client = await open()
  proxy.weather = { kind: 'refuse' }
  await until(() => client.isClosed, { what: 'the cut' })
  const next = await open()
  await until(() => next.isClosed, { what: 'the refusal' })
  expect(next.heard).toBe('')
})

test('delays each direction, and never changes the order when the delay ends', async () => {
  const client = await open()
  proxy.weather = { kind: 'delay', delayMs: 150 }
  const startedMs = performance.now()
  client.socket.write('one')
  await until(() => heardByServer === 'one', { what: 'the first chunk', intervalMs: 5 })
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(149)
  client.socket.write('two')
  await until(() => proxy.linkCount === 1 && client.heard === '<one>', { what: 'the first answer', intervalMs: 5 })
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(298)
  proxy.weather = { kind: 'calm' }
  client.socket.write('three')
  await until(() => client.heard.endsWith('three>'), { what: 'all answers', intervalMs: 5 })
  expect(heardByServer).toBe('onetwothree')
})

test('holds bytes and ends back, and lets them arrive late', async () => {
  const client = await open()
  proxy.weather = { kind: 'hold' }
  client.socket.end('late')
  const second = await open()
  second.socket.write('second')
  await until(() => proxy.waitingCount === 3, { what: 'two chunks and an end at the proxy' })
  expect([heardByServer, second.heard]).toEqual(['', ''])
  proxy.weather = { kind: 'calm' }
  await until(() => second.heard === '<second>', { what: 'the second answer' })
  await until(() => heardByServer.includes('late'), { what: 'what was sent first' })
  await until(() => client.heard === '<late>bye', { what: 'its answer' })
})

test('a target that is not there ends the connection', async () => {
  proxy.targetPort = 1
  const client = await open()
  await until(() => client.isClosed, { what: 'the end' })
})
