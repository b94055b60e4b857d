/** The acquirer over HTTP: routes, checks, and the answers that the test tokens ask for. The protocol is in shared/contracts/acquirer.ts. */
import { setTimeout as sleep } from 'node:timers/promises'
import { acquirerClock, acquirerOrder } from '../../shared/contracts/acquirer.ts'
import { operationId } from '../../shared/contracts/identifiers.ts'
import { behaviorOf } from '../../shared/contracts/test-tokens.ts'
import {
  type Answer,
  ok,
  pageIn,
  type Reply,
  type Routes,
  type RunningService,
  startService,
} from '../service/http-service.ts'
import { fitting, Refusal } from '../service/refusal.ts'
import { jsonIn } from '../service/request-body.ts'
import { Book, type Outcome, outcomeOf } from './book.ts'
import { type Conduct, conductOf } from './conduct.ts'
import type { Journal } from './journal.ts'
import { LateOrders } from './late-orders.ts'
import { DepositingBank } from './pay-batches.ts'
import { misfitOf } from './rules.ts'
import { settlementFileOf } from './settlement-file.ts'
import { Settler } from './settler.ts'

export interface AcquirerOptions {
  journal: Journal
  /** How long a hold lasts, in the virtual time. */
  holdWindowMs: number
  /** How long after the question a late order arrives. */
  lateMs: number
  /** How long `tok_slow` takes. */
  slowMs: number
  /** Where batches are paid into; undefined: they are made, and not paid. */
  bankUrl?: string | undefined
  /** The real time. */
  nowMs(): number
  /** One line for the log. */
  log(message: string, details?: Record<string, unknown>): void
}

/** How `{"operationId":` of a decision breaks off. */
const GARBAGE: Answer = { status: 200, text: '{"operationId":"op_', contentType: 'application/json' }

const differentOrder = () => new Refusal(409, 'different_order', 'this operation id belongs to another order')

/** Listens on the port (0: any free one). Rejects when it cannot. */
export async function startAcquirer(options: AcquirerOptions, port: number, host: string): Promise<RunningService> {
  const { journal, log, bankUrl, nowMs } = options
  const settler = new Settler({ journal, bank: bankUrl ? new DepositingBank(bankUrl, nowMs) : undefined, nowMs, log })
  const desk = new Desk(options, settler)
  const closing = () => desk.forgetLateOrders()
  const service = { name: 'the acquirer', routes: desk.routes, log, closing, closed: () => journal.close() }
  const started = await startService(service, port, host)
  // It answers at once: what fell due while it was away is done beside.
  void settler.catchUp()
  return {
    port: started.port,
    close: async () => {
      await settler.stop()
      await started.close()
    },
  }
}

class Desk {
  readonly #options: AcquirerOptions
  readonly #book: Book
  readonly #late: LateOrders
  readonly #settler: Settler
  readonly routes: Routes = {
    'PUT /operations/{}': async ({ names: [id], request }) => this.#put(idIn(id), await jsonIn(request)),
    'GET /operations/{}': ({ names: [id] }) => this.#inquire(idIn(id)),
    'POST /operations/{}/cancel': async ({ names: [id] }) => ok(await this.#book.cancel(idIn(id))),
    'GET /journal': asked => {
      const { after, limit } = pageIn(asked)
      return ok(this.#options.journal.page(after, limit))
    },
    'GET /settlements': async asked => {
      const { after, limit } = pageIn(asked)
      await this.#settler.makeBatches()
      return ok(this.#options.journal.settlements.page(after, limit))
    },
    'GET /settlements/{}': ({ names: [name] }) => this.#file(name!),
    'PUT /clock': async ({ request }) => this.#moveClock(await jsonIn(request)),
    'GET /health': async () => {
      await this.#book.check()
      return ok({ status: 'ok' })
    },
  }

  constructor(options: AcquirerOptions, settler: Settler) {
    const { journal, holdWindowMs, nowMs, log } = options
    const failed = (error: unknown) => log('the journal cannot be written', { error: String(error) })
    this.#options = options
    this.#settler = settler
    this.#book = new Book({ journal, holdWindowMs, nowMs, failed })
    this.#late = new LateOrders(options.lateMs, (id, order) => {
      // Nobody waits for it: a failure stands in the log, and the order was never decided.
      this.#book.order(id, order).catch(() => {})
    })
  }

  forgetLateOrders(): void {
    this.#late.forgetAll()
  }

  async #put(id: string, body: unknown): Promise<Reply> {
    const order = fitting(acquirerOrder, body)
    const misfit = misfitOf(order)
    if (misfit !== undefined) throw new Refusal(400, 'invalid_request', misfit)
    const known = this.#book.find(id)
    if (known) return replyOf(outcomeOf(known, order), 'decision')
    const { arrival, answer } = conductOf[behaviorOf(order.method, order.kind).kind]
    switch (arrival) {
      case 'ignore':
        return 'nothing'
      case 'keep':
        if (!this.#late.keep(id, order)) throw differentOrder()
        return 'nothing'
      case 'fail':
        throw new Refusal(500, 'internal', `${order.method}: the acquirer fails, nothing was decided`)
      case 'wait':
        await sleep(this.#options.slowMs)
        return replyOf(await this.#book.order(id, order), answer)
      case 'decide':
        return replyOf(await this.#book.order(id, order), answer)
    }
  }

  #inquire(id: string): Answer {
    const known = this.#book.find(id)
    if (known) return ok(known.decision)
    this.#late.askedFor(id)
    throw new Refusal(404, 'unknown_operation', `${id} is not known`)
  }

  async #file(name: string): Promise<Answer> {
    await this.#settler.makeBatches()
    const { settlements } = this.#options.journal
    const batch = settlements.find(name)
    if (batch === undefined) throw new Refusal(404, 'unknown_name', `there is no settlement file ${name}`)
    const text = settlementFileOf({ ...batch, lines: settlements.linesOf(batch) })
    return { status: 200, text, contentType: 'text/csv; charset=utf-8; header=present' }
  }

  async #moveClock(body: unknown): Promise<Answer> {
    const { offsetMs } = fitting(acquirerClock, body)
    if (!(await this.#book.moveClock(offsetMs)))
      throw new Refusal(409, 'clock_goes_back', 'the virtual clock only goes forward')
    await this.#settler.catchUp()
    return ok({ offsetMs })
  }
}

/** A repeat of an order is answered in the plain way, whatever its token did to the first. */
function replyOf(outcome: Outcome, answer: Conduct['answer']): Reply {
  if (outcome.kind === 'different_order') throw differentOrder()
  if (answer === 'decision' || !outcome.first) return ok(outcome.decision)
  return answer === 'garbage' ? GARBAGE : answer
}

function idIn(segment: string | undefined): string {
  if (operationId.safeParse(segment).success) return segment!
  throw new Refusal(400, 'invalid_request', 'operationId: must look like op_ and 26 characters')
}
