/** Stands between a `Database` and MariaDB: hears every command, holds one back, loses it or its answer, or is away. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { COM_QUERY, commandOf, packetsOf } from '../../scripts/lab/bench/wire-tap.ts'

/** What becomes of a command: `cut` never reaches the server, `swallow` does, and its answer goes nowhere. */
export type Fate = 'pass' | 'cut' | 'swallow'

export interface Heard {
  connection: number
  text: string
}

/** One command on its way. */
export interface Held {
  /** Resolves when it has come here. */
  reached: Promise<void>
  release(fate?: Fate): void
}

interface Link {
  client: Socket
  server: Socket
  isSwallowing: boolean
}

export class FaultyWire {
  /** Texts of all commands, in the order in which they came. */
  readonly heard: Heard[] = []
  openCountMax = 0
  #isAway = false
  readonly #target: URL
  readonly #links = new Set<Link>()
  readonly #server = createServer({ noDelay: true }, client => this.#serve(client))
  #connectionCount = 0
  #awaited: Array<{ pattern: RegExp; decide: () => Promise<Fate> }> = []

  private constructor(databaseUrl: string) {
    this.#target = new URL(databaseUrl)
  }

  static async open(databaseUrl: string): Promise<FaultyWire> {
    const wire = new FaultyWire(databaseUrl)
    wire.#server.listen(0, '127.0.0.1')
    await once(wire.#server, 'listening')
    return wire
  }

  /** The database's URL, by way of this wire. */
  get url(): string {
    const url = new URL(this.#target)
    url.hostname = '127.0.0.1'
    url.port = String((this.#server.address() as { port: number }).port)
    return url.href
  }

  /** Stops the next command that matches, until it is released. */
  holdNext(pattern: RegExp): Held {
    const reached = Promise.withResolvers<void>()
    const fate = Promise.withResolvers<Fate>()
    const decide = () => {
      reached.resolve()
      return fate.promise
    }
    this.#awaited.push({ pattern, decide })
    return { reached: reached.promise, release: (given = 'pass') => fate.resolve(given) }
  }

  get openCount(): number {
    return this.#links.size
  }

  /** Commands that match, as often as they came. */
  count(pattern: RegExp): number {
    return this.heard.filter(({ text }) => pattern.test(text)).length
  }

  /** While it is away it takes no connection and has none. */
  set isAway(isAway: boolean) {
    this.#isAway = isAway
    if (isAway) this.cut()
  }

  /** Ends every connection without a word. */
  cut(): void {
    for (const { client, server } of this.#links) {
      client.destroy()
      server.destroy()
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    this.cut()
    await closed
  }

  #serve(client: Socket): void {
    // Politely: jest's sandbox does not know the errors of Node's own sockets as errors.
    if (this.#isAway) return void client.end()
    const port = Number(this.#target.port || 3306)
    const link: Link = {
      client,
      server: connect({ host: this.#target.hostname, port, noDelay: true }),
      isSwallowing: false,
    }
    const connection = ++this.#connectionCount
    this.#links.add(link)
    this.openCountMax = Math.max(this.openCountMax, this.#links.size)
    for (const [from, to] of [
      [client, link.server],
      [link.server, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.once('close', () => this.#links.delete(link) && to.destroy())
    }
    link.server.on('data', chunk => !link.isSwallowing && client.write(chunk))
    void this.#handOn(link, connection).catch(() => client.destroy())
  }

  async #handOn(link: Link, connection: number): Promise<void> {
    for await (const packet of packetsFrom(link.client)) {
      const fate = await this.#fateOf(packet, connection)
      if (fate === 'cut') link.client.destroy()
      link.isSwallowing ||= fate === 'swallow'
      if (fate !== 'cut') link.server.write(packet)
    }
  }

  async #fateOf(packet: Buffer, connection: number): Promise<Fate> {
    const command = commandOf(packet)
    if (command?.code !== COM_QUERY) return 'pass'
    const { text } = command
    this.heard.push({ connection, text })
    const index = this.#awaited.findIndex(({ pattern }) => pattern.test(text))
    return index < 0 ? 'pass' : this.#awaited.splice(index, 1)[0]!.decide()
  }
}

async function* packetsFrom(socket: Socket): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    const read = packetsOf(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]))
    rest = read.rest
    yield* read.packets
  }
}
