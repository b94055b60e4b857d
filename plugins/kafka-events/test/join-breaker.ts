/** A proxy before one broker that can break a consumer's connection in the middle of joining its group. */
import { createConnection, createServer, type Socket } from 'node:net'

const HEARTBEAT = 12
const JOIN_GROUP = 11
const REBALANCE_IN_PROGRESS = 27
const HOST = '127.0.0.1'

export interface JoinBreaker {
  /** `host:port` for the consumer; answers of the broker that name its own port name this one instead. */
  brokers: string
  /** The next heartbeat is told to join anew; the connection that then asks to join is cut, and the broker hears of neither. */
  breakNextJoin(): void
  joinsBroken(): number
  close(): Promise<void>
}

export async function startJoinBreaker(brokerPort: number): Promise<JoinBreaker> {
  let step: 'idle' | 'refuse a heartbeat' | 'cut a join' = 'idle'
  let broken = 0
  const sockets = new Set<Socket>()

  const server = createServer(client => {
    const broker = createConnection(brokerPort, HOST)
    const cut = () => [client, broker].forEach(socket => void socket.destroy())
    for (const socket of [client, broker]) sockets.add(socket.on('error', cut).on('close', cut))
    client.on(
      'data',
      frames(request => {
        const apiKey = request.readInt16BE(4)
        if (step === 'refuse a heartbeat' && apiKey === HEARTBEAT) {
          step = 'cut a join'
          client.write(refusalOf(request))
        } else if (step === 'cut a join' && apiKey === JOIN_GROUP) {
          step = 'idle'
          broken += 1
          cut()
        } else broker.write(request)
      }),
    )
    broker.on(
      'data',
      frames(response => client.write(withPort(response, brokerPort, portOf()))),
    )
  })
  await new Promise<void>(resolve => server.listen(0, HOST, resolve))
  const portOf = () => (server.address() as { port: number }).port

  return {
    brokers: `${HOST}:${portOf()}`,
    breakNextJoin: () => {
      step = 'refuse a heartbeat'
    },
    joinsBroken: () => broken,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Cuts a stream into Kafka's frames: four bytes of length, then so many. */
function frames(take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return chunk => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      take(Buffer.from(rest.subarray(0, end)))
      rest = rest.subarray(end)
    }
  }
}

/** The answer to a heartbeat: its correlation id, no throttling, the error. Version 0 has no throttling. */
function refusalOf(request: Buffer): Buffer {
  const throttleBytes = request.readInt16BE(6) > 0 ? 4 : 0
  const answer = Buffer.alloc(10 + throttleBytes)
  answer.writeInt32BE(6 + throttleBytes, 0)
  answer.writeInt32BE(request.readInt32BE(8), 4)
  answer.writeInt16BE(REBALANCE_IN_PROGRESS, 8 + throttleBytes)
  return answer
}

/** Where the broker tells its address, host and then port, the port becomes ours. */
function withPort(frame: Buffer, from: number, to: number): Buffer {
  const address = (port: number) => {
    const bytes = Buffer.alloc(HOST.length + 4)
    bytes.write(HOST)
    bytes.writeInt32BE(port, HOST.length)
    return bytes
  }
  const wanted = address(from)
  for (let at = frame.indexOf(wanted); at >= 0; at = frame.indexOf(wanted, at + 1)) address(to).copy(frame, at)
  return frame
}
