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
const COM_QUERY = 0x03

/** Hands on the commands in what a client of MariaDB sends. A packet with sequence 0 begins a command; others go on with something. */
export class CommandReader {
  #rest: Buffer = Buffer.alloc(0)
  readonly #onCommand: (code: number, text: string) => void

  constructor(onCommand: (code: number, text: string) => void) {
    this.#onCommand = onCommand
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#rest.readUIntLE(0, 3)
      if (this.#rest.length < end) return
      if (this.#rest[3] === 0 && end > HEADER_BYTES) this.#command(this.#rest.subarray(HEADER_BYTES, end))
      this.#rest = this.#rest.subarray(end)
    }
  }

  #command(payload: Buffer): void {
    const code = payload[0]!
    if (code !== COM_QUIT) this.#onCommand(code, code === COM_QUERY ? payload.toString('utf8', 1) : `command ${code}`)
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
