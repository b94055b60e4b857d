/**
 * What an operator asks for in the console is done once for each key, however often it is sent. The use case knows nothing of keys: its
 * audit entry takes the key, in the transaction of the change.
 */
import { ActionKeyTakenError, type AuditLog, type ConsoleActions, type Json } from '../settlement/ports.ts'
import { differencesOf } from './differences.ts'
import type { Claim, Clock, SeparateTransactions, Transaction } from './ports.ts'

export interface OncePorts {
  transactions: SeparateTransactions
  auditLog: AuditLog
  consoleActions: ConsoleActions
  clock: Pick<Clock, 'nowMs'>
}

/** A request of the console, and the operator's name. */
export interface KeyedRequest {
  claim: Claim
  operator: string
}

/** What the use case must be given in place of its own. */
export type KeyedPorts = Pick<OncePorts, 'transactions' | 'auditLog'>

export type Once<Outcome> =
  /** `replayed`: an earlier request with this key led to it. */
  | { kind: 'answered'; outcome: Outcome; replayed: boolean }
  /** The key was used for another request, or by another operator. */
  | { kind: 'different_request'; differences: string[] }

/**
 * Runs the use case, unless the key was used: then what it came to is given again. Of two at once one runs, and the other waits for it.
 * What does nothing, which is what writes no audit entry, takes no key, and may be tried again under it.
 *
 * The use case writes its audit entries in one transaction. What that returns is kept with the key, and is what the use case returns: plain
 * JSON, for a repeat reads it back. Throws DependencyUnavailableError, and what the use case throws; a repeat then tells what became of it.
 */
export async function onceByKey<Outcome>(
  ports: OncePorts,
  request: KeyedRequest,
  useCase: (keyed: KeyedPorts) => Promise<Outcome>,
): Promise<Once<Outcome>> {
  const before = await earlier<Outcome>(ports, request)
  if (before !== undefined) return before
  const keyed = new Keyed(ports, request)
  try {
    const outcome = await useCase({ transactions: keyed, auditLog: keyed })
    const isFirst = keyed.hasTakenKey ? undefined : await earlier<Outcome>(ports, request)
    // It may have found nothing left to do because the same request, sent at the same time, had done it.
    return isFirst ?? { kind: 'answered', outcome, replayed: false }
  } catch (error) {
    const taken = error instanceof ActionKeyTakenError ? await earlier<Outcome>(ports, request) : undefined
    if (taken === undefined) throw error
    return taken
  }
}

async function earlier<Outcome>(
  { consoleActions }: OncePorts,
  { claim, operator }: KeyedRequest,
): Promise<Once<Outcome> | undefined> {
  const found = await consoleActions.find(claim.key)
  if (found === undefined) return undefined
  const isSame = found.fingerprint === claim.fingerprint && found.operator === operator
  if (isSame) return { kind: 'answered', outcome: found.answer as Outcome, replayed: true }
  const differences = differencesOf(found.canonicalRequest, claim.canonicalRequest)
  return { kind: 'different_request', differences: found.operator === operator ? differences : ['/operator'] }
}

class Keyed implements SeparateTransactions, AuditLog {
  readonly areSeparate = true
  readonly #ports: OncePorts
  readonly #request: KeyedRequest
  /** In which the key was written. */
  readonly #takers = new WeakSet<Transaction>()
  #hasTakenKey = false

  constructor(ports: OncePorts, request: KeyedRequest) {
    this.#ports = ports
    this.#request = request
  }

  get hasTakenKey(): boolean {
    return this.#hasTakenKey
  }

  run: SeparateTransactions['run'] = async (subject, work, span) => {
    let takesKey = false
    const workAndKeep = async (tx: Transaction) => {
      const result = await work(tx)
      takesKey = this.#takers.has(tx)
      if (takesKey) await this.#ports.consoleActions.keepAnswer(this.#request.claim.key, jsonOf(result), tx)
      return result
    }
    const result = await this.#ports.transactions.run(subject, workAndKeep, span)
    this.#hasTakenKey ||= takesKey
    return result
  }

  append: AuditLog['append'] = async (tx, entry) => {
    if (!this.#hasTakenKey && !this.#takers.has(tx)) {
      const { key, fingerprint, canonicalRequest } = this.#request.claim
      const { operator } = this.#request
      const { action, subject } = entry
      const atMs = this.#ports.clock.nowMs()
      const row = { key, operator, action, subject, fingerprint, canonicalRequest, answer: null, atMs }
      await this.#ports.consoleActions.insert(tx, row)
      this.#takers.add(tx)
    }
    await this.#ports.auditLog.append(tx, entry)
  }
}

const jsonOf = (result: unknown): Json => (result === undefined ? null : JSON.parse(JSON.stringify(result)))
