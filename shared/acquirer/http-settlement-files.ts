/** The acquirer's settlement files over HTTP. */
import { settlementPage } from '../contracts/acquirer.ts'
import { type SettlementFiles, SourceAwayError } from '../reconciliation/ports.ts'

/** Of a whole answer: a file of a day may take the acquirer seconds to make. */
const TIMEOUT_MS = 30_000

export class HttpSettlementFiles implements SettlementFiles {
  readonly #url: string

  /** With a path or without. */
  constructor(url: string) {
    this.#url = `${url.replace(/\/$/, '')}/settlements`
  }

  async list(after: number) {
    const page = settlementPage.safeParse(await (await this.#get(`?after=${after}`)).json().catch(away))
    if (!page.success) throw new SourceAwayError('the acquirer gave no page of settlement files')
    return page.data
  }

  async *read(name: string): AsyncGenerator<Uint8Array, void, void> {
    const { body } = await this.#get(`/${encodeURIComponent(name)}`)
    try {
      yield* body as AsyncIterable<Uint8Array>
    } catch (error) {
      away(error)
    }
  }

  async #get(path: string): Promise<Response> {
    const response = await fetch(this.#url + path, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(away)
    if (response.status === 200) return response
    await response.body?.cancel()
    throw new SourceAwayError(`the acquirer answered ${response.status} for its settlement files`)
  }
}

function away(error: unknown): never {
  throw new SourceAwayError('the acquirer is away', { cause: error })
}
