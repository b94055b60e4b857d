/** The bank's statements over HTTP. */
import { SourceAwayError, type Statements } from '../reconciliation/ports.ts'

/** Of a whole answer: a statement of a day may take the bank seconds to make. */
const TIMEOUT_MS = 30_000
/** The day is not over, or the account has not moved yet. */
const NOT_FOUND = 404

export class HttpStatements implements Statements {
  readonly #url: string

  /** With a path or without. */
  constructor(url: string) {
    this.#url = `${url.replace(/\/$/, '')}/statements`
  }

  async has(account: string, day: string): Promise<boolean> {
    const response = await this.#get(account, day)
    await response?.body?.cancel()
    return response !== undefined
  }

  async read(account: string, day: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const response = await this.#get(account, day)
    return response && piecesOf(response)
  }

  async #get(account: string, day: string): Promise<Response | undefined> {
    const path = `/${encodeURIComponent(account)}/${encodeURIComponent(day)}`
    const response = await fetch(this.#url + path, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(away)
    if (response.status === 200) return response
    await response.body?.cancel()
    if (response.status === NOT_FOUND) return undefined
    throw new SourceAwayError(`the bank answered ${response.status} for a statement`)
  }
}

async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body as AsyncIterable<Uint8Array>
  } catch (error) {
    away(error)
  }
}

function away(error: unknown): never {
  throw new SourceAwayError('the bank is away', { cause: error })
}
