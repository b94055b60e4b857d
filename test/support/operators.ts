/** Operators of one test on a running system: straight in the table, because other tests go by who is the first approver. */
import { createHash } from 'node:crypto'
import { signIn } from '../../scripts/lab/console/sign-in.ts'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import type { TestDatabase } from './database.ts'

const LINK_LIFETIME_MS = 5 * 60_000

export class TestOperators {
  readonly #database: TestDatabase
  /** Begins the name of each. */
  readonly #word: string
  #links = 0

  constructor(database: TestDatabase, word: string) {
    this.#database = database
    this.#word = word
  }

  nameOf(role: OperatorRole): string {
    return `${this.#word} ${role}`
  }

  #idOf(role: OperatorRole): string {
    const hash = createHash('sha256').update(this.nameOf(role)).digest('hex').toUpperCase()
    return `opr_0${hash.slice(0, 25)}`
  }

  async add(...roles: OperatorRole[]): Promise<void> {
    await this.remove()
    for (const role of roles) {
      const id = this.#idOf(role)
      await this.#database.write('INSERT INTO operator (operator_id, name, role, token_hash, created_at) VALUES (?)', [
        [id, this.nameOf(role), role, id.padEnd(64, 'x'), new Date()],
      ])
    }
  }

  async remove(): Promise<void> {
    for (const role of ['viewer', 'operator', 'approver'] as const)
      for (const table of ['console_link', 'console_session', 'operator'])
        await this.#database.write('DELETE FROM ?? WHERE operator_id = ?', [table, this.#idOf(role)])
  }

  /** The secret of a new link. */
  async linkFor(role: OperatorRole): Promise<string> {
    const secret = `opl_${createHash('sha256')
      .update(`${this.nameOf(role)} ${++this.#links} ${Date.now()}`)
      .digest('base64url')}`
    const now = Date.now()
    await this.#database.write('INSERT INTO console_link (link_hash, operator_id, created_at, expires_at) VALUES (?)', [
      [
        createHash('sha256').update(secret).digest('hex'),
        this.#idOf(role),
        new Date(now),
        new Date(now + LINK_LIFETIME_MS),
      ],
    ])
    return secret
  }

  /** The headers of a request as the console's own page at `url` sends it. */
  async signIn(role: OperatorRole, url: string): Promise<Record<string, string>> {
    return signIn(url, await this.linkFor(role))
  }
}

export { newConsoleKey as newOperatorKey } from '../../scripts/lab/console/console-key.ts'
