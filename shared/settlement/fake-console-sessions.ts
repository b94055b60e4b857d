/** Links and sessions of the console in memory. Operators are those of the rows that it is given. */
import { DuplicateKeyError, type Transaction } from '../payments/ports.ts'
import type { ConsoleLink, ConsoleSession, ConsoleSessions, Operator } from './ports.ts'

export interface ConsoleRows {
  operators: Operator[]
  links: ConsoleLink[]
  sessions: ConsoleSession[]
}

export class FakeConsoleSessions implements ConsoleSessions {
  /** How often the time of a use was written. */
  touches = 0
  readonly #rows: ConsoleRows

  constructor(rows: ConsoleRows) {
    this.#rows = rows
  }

  async insertLink(_tx: Transaction, link: ConsoleLink): Promise<void> {
    if (this.#rows.links.some(({ linkHash }) => linkHash === link.linkHash)) throw new DuplicateKeyError('console_link')
    this.#rows.links.push(link)
  }

  async findLink(linkHash: string): Promise<ConsoleLink | undefined> {
    return this.#rows.links.find(link => link.linkHash === linkHash)
  }

  async takeLink(_tx: Transaction, linkHash: string): Promise<ConsoleLink | undefined> {
    const taken = this.#rows.links.find(link => link.linkHash === linkHash)
    this.#rows.links = this.#rows.links.filter(link => link !== taken)
    return taken
  }

  async insertSession(_tx: Transaction, session: ConsoleSession): Promise<void> {
    this.#rows.sessions.push(session)
  }

  async findSession(sessionHash: string): Promise<{ session: ConsoleSession; operator: Operator } | undefined> {
    const session = this.#rows.sessions.find(one => one.sessionHash === sessionHash)
    const operator = this.#rows.operators.find(({ operatorId }) => operatorId === session?.operatorId)
    return session && operator && { session, operator }
  }

  async touch(sessionHash: string, usedAtMs: number): Promise<void> {
    this.touches++
    this.#change(session => session.sessionHash === sessionHash && session.usedAtMs < usedAtMs, { usedAtMs })
  }

  async endSession(_tx: Transaction, sessionHash: string, endedAtMs: number): Promise<void> {
    this.#change(session => session.sessionHash === sessionHash && session.endedAtMs === null, { endedAtMs })
  }

  async endAllOf(_tx: Transaction, operatorId: string, endedAtMs: number): Promise<void> {
    this.#change(session => session.operatorId === operatorId && session.endedAtMs === null, { endedAtMs })
    this.#rows.links = this.#rows.links.filter(link => link.operatorId !== operatorId)
  }

  async prune(_tx: Transaction, expiredBeforeMs: number): Promise<void> {
    this.#rows.links = this.#rows.links.filter(({ expiresAtMs }) => expiresAtMs >= expiredBeforeMs)
    this.#rows.sessions = this.#rows.sessions.filter(({ expiresAtMs }) => expiresAtMs >= expiredBeforeMs)
  }

  #change(isMeant: (session: ConsoleSession) => boolean, changes: Partial<ConsoleSession>): void {
    this.#rows.sessions = this.#rows.sessions.map(session => (isMeant(session) ? { ...session, ...changes } : session))
  }
}
