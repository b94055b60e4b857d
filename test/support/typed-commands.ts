/** Operators, and what they type of one command, on a database of their own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import type { BatchPorts } from '../../shared/runtime/wiring.ts'
import { addOperator } from '../../shared/settlement/operators.ts'
import { inheritedEnv } from './extra-api.ts'
import { repositoryFolder } from './system.ts'

export interface Typed {
  code: number
  stdout: string
  stderr: string
}

export class TypedCommands {
  readonly #script: string
  /** For what a command writes. */
  readonly folder: string
  readonly #tokens = new Map<string, string>()

  /** `script` is the name of `npm run`. */
  constructor(script: string, databaseUrl: string) {
    this.#script = script
    this.folder = mkdtempSync(join(tmpdir(), `${script}-`))
    writeFileSync(join(this.folder, 'env'), `DATABASE_URL="${databaseUrl}"\n`, { mode: 0o600 })
  }

  /** In this order: the first with the login of the database, the others by the first, who is an approver. */
  async add(ports: BatchPorts, people: Record<string, OperatorRole>): Promise<void> {
    for (const [name, role] of Object.entries(people)) {
      const [token] = this.#tokens.values()
      const by = token === undefined ? { databaseLogin: 'pay' } : { token }
      const added = await addOperator(ports, by, { name, role, reason: 'a new one' })
      if (added.kind !== 'changed') throw new Error(`${name} was not added: ${added.kind}`)
      this.#tokens.set(name, added.token!)
    }
  }

  /** As this person types it; somebody who is not known has no token. */
  as(name: string, ...args: string[]): Promise<Typed> {
    const command = ['--', `scripts/${this.#script}.ts`, ...args, '--env-file', join(this.folder, 'env')]
    return promisify(execFile)(process.execPath, command, {
      cwd: repositoryFolder,
      env: { ...inheritedEnv(), OPERATOR_TOKEN: this.#tokens.get(name) ?? '' },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
