/** Knows which requests are on the wire, so that a kill can be shown to have met some. */

export interface Flight {
  /** Undefined while the request is on the wire; then whether it got a final answer. */
  final: boolean | undefined
  byOperator: boolean
}

export class InFlight {
  readonly #flights = new Set<Flight>()

  get count(): number {
    return this.#flights.size
  }

  get hasOperator(): boolean {
    return this.now().some(({ byOperator }) => byOperator)
  }

  /** The requests on the wire now; they say later what became of them. */
  now(): Flight[] {
    return [...this.#flights]
  }

  /** Runs a request; `isFinal` tells what its result came to. A throw is not final. */
  async track<T>(request: () => Promise<T>, isFinal: (result: T) => boolean, byOperator = false): Promise<T> {
    const flight: Flight = { final: undefined, byOperator }
    this.#flights.add(flight)
    try {
      const result = await request()
      flight.final = isFinal(result)
      return result
    } finally {
      flight.final ??= false
      this.#flights.delete(flight)
    }
  }
}
