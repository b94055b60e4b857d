/** Stands between the API and MariaDB and counts commands: the driver sends the next one when the last is answered, so each is a round trip. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface WireTap {
  /** The database's URL, by way of the tap. */
  url: string
  /** Commands so far, on all connections. */
  count(): number
  /** Texts of the commands from here on; ends the last recording. */
  record(): string[]
  close(): Promise<void>
}

const HEADER_BYTES = 4
const COM_QUIT = 0x01
export const COM_QUERY = 0x03

/** The whole packets, with their headers, of what a client of MariaDB has sent, and what begins the next. */
export function packetsOf(sent: Buffer): { packets: Buffer[]; rest: Buffer } {
  const packets: Buffer[] = []
  let rest = sent
  while (rest.length >= HEADER_BYTES) {
    const end = HEADER_BYTES + rest.readUIntLE(0, 3)
    if (rest.length < end) break
    packets.push(rest.subarray(0, end))
    rest = rest.subarray(end)
  }
  return { packets, rest }
}

/** The code and the text of the command that a packet begins: one with sequence 0 does, others go on with something. */
export function commandOf(packet: Buffer): { code: number; text: string } | undefined {
  if (packet[3] !== 0 || packet.length === HEADER_BYTES) return undefined
  const code = packet[HEADER_BYTES]!
  return { code, text: code === COM_QUERY ? packet.toString('utf8', HEADER_BYTES + 1) : `command ${code}` }
}

/** Hands on the commands in what a client of MariaDB sends. */
export class CommandReader {
  #rest: Buffer = Buffer.alloc(0)
  readonly #onCommand: (code: number, text: string) => void

  constructor(onCommand: (code: number, text: string) => void) {
    this.#onCommand = onCommand
  }

  push(chunk: Buffer): void {
    const { packets, rest } = packetsOf(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]))
    this.#rest = rest
    for (const command of packets.map(commandOf))
      if (command !== undefined && command.code !== COM_QUIT) this.#onCommand(command.code, command.text)
  }
}

export async function openWireTap(databaseUrl: string): Promise<WireTap> {
  const url = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let count = 0
  let recording: string[] | undefined
  const onCommand = (_code: number, text: string) => {
    count++
    recording?.push(text)
  }
  const server = createServer({ noDelay: true }, client => {
    const upstream = connect({ host: url.hostname, port: Number(url.port || 3306), noDelay: true })
    const reader = new CommandReader(onCommand)
    client.on('data', chunk => reader.push(chunk as Buffer))
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.once('close', () => sockets.delete(from) && to.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tapped = new URL(databaseUrl)
  tapped.hostname = '127.0.0.1'
  tapped.port = String((server.address() as { port: number }).port)
  return {
    url: tapped.href,
    count: () => count,
    record: () => {
      recording = []
      return recording
    },
    close: async () => {
      const closed = once(server.close(), 'close')
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Says in short what a command does: `INSERT payment; UPDATE outbox_event; COMMIT`. */
export function briefly(command: string): string {
  const withoutTexts = command.replaceAll(/'(?:[^'\\]|\\.|'')*'/gs, '?')
  return withoutTexts.split(';').map(briefStatement).filter(Boolean).join('; ')
}

function briefStatement(statement: string): string {
  const text = statement.trim()
  const [verb = ''] = /^\w+(?: TRANSACTION| SESSION)?/i.exec(text) ?? []
  const [, table = ''] = /\b(?:FROM|INTO|UPDATE)\s+`?(\w+)/i.exec(text) ?? []
  const lock = /\bFOR UPDATE\b/i.test(text) ? ' FOR UPDATE' : ''
  return `${verb.toUpperCase()} ${table}${lock}`.trim()
}
