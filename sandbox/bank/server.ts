/** The bank over HTTP: routes and checks. The protocol is in shared/contracts/bank.ts. */
import type { IncomingMessage } from 'node:http'
import * as z from 'zod'
import { bankAccounts, bankClock, bankDeposit, bankName, bankTransfer } from '../../shared/contracts/bank.ts'
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
import { jsonIn, readBody } from '../service/request-body.ts'
import { Book, type BookingOutcome } from './book.ts'
import type { Journal } from './journal.ts'
import { judgeFile } from './judge-file.ts'
import { PayoutFileReader } from './payout-file.ts'
import { statementOf } from './statement.ts'

export interface BankOptions {
  journal: Journal
  /** The real time. */
  nowMs(): number
  /** One line for the log. */
  log(message: string, details?: Record<string, unknown>): void
}

const FILE_BYTES_MAX = 16 * 1024 * 1024

/** Listens on the port (0: any free one). Rejects when it cannot. */
export function startBank(options: BankOptions, port: number, host: string): Promise<RunningService> {
  const { journal, log } = options
  const service = { name: 'the bank', routes: new Desk(options).routes, log, closed: () => journal.close() }
  return startService(service, port, host)
}

class Desk {
  readonly #journal: Journal
  readonly #book: Book
  readonly routes: Routes = {
    'PUT /payout-files/{}': ({ names: [id], request }) => this.#takeFile(nameIn(id), request),
    'GET /payout-files/{}': async ({ names: [id] }) => known(id, await this.#book.file(nameIn(id))),
    'GET /payouts/{}': async ({ names: [id] }) => known(id, await this.#book.payout(nameIn(id))),
    'PUT /deposits/{}': async ({ names: [reference], request }) => {
      const deposit = fitting(bankDeposit, await jsonIn(request))
      return booked(await this.#book.deposit(nameIn(reference), deposit))
    },
    'PUT /transfers/{}': ({ names: [reference], request }) => this.#transfer(nameIn(reference), request),
    'GET /statements/{}/{}': ({ names: [account, day] }) => this.#statement(account, day),
    'GET /journal': asked => {
      const { after, limit } = pageIn(asked)
      return ok(this.#journal.page(after, limit))
    },
    'PUT /clock': ({ request }) => this.#moveClock(request),
    'GET /health': async () => {
      await this.#book.check()
      return ok({ status: 'ok' })
    },
  }

  constructor({ journal, nowMs, log }: BankOptions) {
    const failed = (error: unknown) => log('the journal cannot be written', { error: String(error) })
    this.#journal = journal
    this.#book = new Book({ journal, nowMs, failed })
  }

  async #takeFile(messageId: string, request: IncomingMessage): Promise<Reply> {
    const reader = new PayoutFileReader()
    await readBody(request, FILE_BYTES_MAX, chunk => reader.write(chunk))
    const file = reader.end()
    if (file.header.get('MsgId') !== messageId)
      throw new Refusal(400, 'invalid_request', `MsgId of GrpHdr: must be ${messageId}, as in the path`)
    const outcome = await this.#book.takeFile({ messageId, sha256: file.sha256, judgement: judgeFile(file) })
    if (outcome.kind === 'different_file')
      throw new Refusal(409, 'different_file', `${messageId} belongs to a file with other bytes`)
    return outcome.silent ? 'nothing' : ok(outcome.answer)
  }

  async #transfer(reference: string, request: IncomingMessage): Promise<Answer> {
    const transfer = fitting(bankTransfer, await jsonIn(request))
    if (transfer.from === transfer.to)
      throw new Refusal(400, 'invalid_request', 'to: must be another account than from')
    return booked(await this.#book.transfer(reference, transfer))
  }

  async #statement(name: string | undefined, day: string | undefined): Promise<Answer> {
    const account = bankAccounts.find(each => each === name)
    if (account === undefined) throw new Refusal(404, 'unknown_account', `there is no account ${name}`)
    const found = await this.#book.dayOfAccount(account, fitting(z.object({ day: z.iso.date() }), { day }).day)
    if (found === undefined) throw new Refusal(404, 'day_not_over', `${day} has not ended`)
    if (found.currencies.length === 0)
      throw new Refusal(404, 'no_movement', `nothing was booked on ${account} by the end of ${day}`)
    return { status: 200, text: statementOf(found), contentType: 'application/xml; charset=utf-8' }
  }

  async #moveClock(request: IncomingMessage): Promise<Answer> {
    const { offsetMs } = fitting(bankClock, await jsonIn(request))
    if (await this.#book.moveClock(offsetMs)) return ok({ offsetMs })
    throw new Refusal(409, 'clock_goes_back', 'the virtual clock only goes forward')
  }
}

function known(name: string | undefined, found: object | undefined): Answer {
  if (found === undefined) throw new Refusal(404, 'unknown_name', `${name} is not known`)
  return ok(found)
}

function booked(outcome: BookingOutcome): Answer {
  if (outcome.kind === 'booked') return ok(outcome.booking)
  throw new Refusal(409, 'different_content', 'this reference belongs to something else')
}

const nameIn = (segment: string | undefined): string => fitting(z.object({ name: bankName }), { name: segment }).name
