/** A TCP proxy to one port of this machine that can cut, refuse, delay and hold back what passes through it. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * `delay`: each direction takes so much longer. `hold`: nothing passes, in either direction, and no end of a connection is seen;
 * when it is over everything arrives late and in order, as after a network that lost packets for a while.
 * `refuse`: no connection, and those that were open are cut.
 */
export type Weather = { kind: 'calm' } | { kind: 'delay'; delayMs: number } | { kind: 'hold' } | { kind: 'refuse' }

const CALM: Weather = { kind: 'calm' }

export class TcpProxy {
  /** Where it hands connections on to. */
  targetPort: number | undefined
  #weather: Weather = CALM
  readonly #links = new Set<Link>()
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, client => this.#serve(client))

  private constructor() {}

  /** Listens on a free port. Connections are refused until `targetPort` is set. */
  static async open(): Promise<TcpProxy> {
    const proxy = new TcpProxy()
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get linkCount(): number {
    return this.#links.size
  }

  /** Chunks and ends of connections that are delayed or held. */
  get waitingCount(): number {
    return [...this.#links].reduce((sum, link) => sum + link.waitingCount, 0)
  }

  get weather(): Weather {
    return this.#weather
  }

  set weather(weather: Weather) {
    this.#weather = weather
    if (weather.kind === 'refuse') this.cut()
    for (const link of this.#links) link.weatherChanged()
  }

  /** Ends every connection at once, on both sides; what is on its way is lost. Returns how many there were. */
  cut(): number {
    const count = this.#links.size
    for (const link of this.#links) link.cut()
    return count
  }

  async close(): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    this.cut()
    await closed
  }

  #serve(client: Socket): void {
    // A reset is the other side's right.
    client.on('error', () => {})
    if (this.targetPort === undefined || this.#weather.kind === 'refuse') return void client.resetAndDestroy()
    const server = connect({ host: '127.0.0.1', port: this.targetPort, allowHalfOpen: true, noDelay: true })
    server.on('error', () => {})
    const link = new Link(
      client,
      server,
      () => this.#weather,
      () => this.#links.delete(link),
    )
    this.#links.add(link)
  }
}

/** One connection of a client and the one to the target that belongs to it. */
class Link {
  readonly #sockets: [Socket, Socket]
  readonly #ways: [Way, Way]

  constructor(client: Socket, server: Socket, weather: () => Weather, onClosed: () => void) {
    this.#sockets = [client, server]
    this.#ways = [new Way(client, server, weather), new Way(server, client, weather)]
    let open = this.#sockets.length
    for (const socket of this.#sockets) socket.once('close', () => --open === 0 && onClosed())
  }

  get waitingCount(): number {
    return this.#ways.reduce((sum, way) => sum + way.waitingCount, 0)
  }

  weatherChanged(): void {
    for (const way of this.#ways) way.pass()
  }

  cut(): void {
    for (const way of this.#ways) way.drop()
    for (const socket of this.#sockets) if (!socket.destroyed) socket.resetAndDestroy()
  }
}

interface Passing {
  /** On a clock that is never set back. */
  dueMs: number
  act(): void
}

/** One direction: chunks and the end of the stream, in their order, each not before it is due. */
class Way {
  readonly #weather: () => Weather
  #waiting: Passing[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(from: Socket, to: Socket, weather: () => Weather) {
    this.#weather = weather
    from.on('data', chunk => this.#add(() => void (to.writable && to.write(chunk))))
    from.once('end', () => this.#add(() => void to.end()))
    // What was written before still goes out.
    from.once('close', () => this.#add(() => void to.destroySoon()))
  }

  get waitingCount(): number {
    return this.#waiting.length
  }

  pass(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#weather().kind === 'hold') return
    const nowMs = performance.now()
    while (this.#waiting.length > 0 && this.#waiting[0]!.dueMs <= nowMs) this.#waiting.shift()!.act()
    const [next] = this.#waiting
    if (next !== undefined) this.#timer = setTimeout(() => this.pass(), Math.ceil(next.dueMs - nowMs))
  }

  drop(): void {
    clearTimeout(this.#timer)
    this.#waiting = []
  }

  #add(act: () => void): void {
    const weather = this.#weather()
    const delayMs = weather.kind === 'delay' ? weather.delayMs : 0
    this.#waiting.push({ dueMs: performance.now() + delayMs, act })
    this.pass()
  }
}
