/** Types the commands of operators, in processes that a test may kill. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inheritedEnv } from '../extra-api.ts'
import { repositoryFolder } from '../system.ts'
import { ARMED_FILE, type CrashAt, crashEnvironment, isKilledAt } from './armed.ts'
import type { SettlementPlace } from './settlement-cell.ts'

export interface Command {
  by: 'kim' | 'han'
  /** Of `npm run`. */
  tool: 'settle' | 'breaks' | 'disputes' | 'books' | 'recon'
  words: readonly string[]
  /** What whoever is not sure does: types it again, and nothing more is written; types it again, since something may be left; looks. */
  unsure: 'changes nothing' | 'finishes it' | 'looks'
  /** How many transactions write something; typed again, it goes on behind those that are done. 1 when not said. */
  commits?: number
}

export interface Typed {
  /** Null when it was killed. */
  code: number | null
  output: string
}

/** Types the command; with `at` its process dies there when it comes to that point. */
export async function typeCommand(place: SettlementPlace, command: Command, at?: CrashAt): Promise<Typed> {
  const folder = mkdtempSync(join(tmpdir(), 'command-'))
  const armedFile = join(folder, ARMED_FILE)
  try {
    if (at === undefined) return await run(place, command, armedFile)
    let typed: Typed | undefined
    await isKilledAt(armedFile, at, async () => {
      typed = await run(place, command, armedFile)
    })
    return typed!
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function run(
  { system, tokens }: SettlementPlace,
  { by, tool, words }: Command,
  armedFile: string,
): Promise<Typed> {
  const said = ['--reason', 'a test', '--yes', '--run-file', system.runFile]
  const child = spawn(process.execPath, [`scripts/${tool}.ts`, ...words, ...said], {
    cwd: repositoryFolder,
    env: { ...inheritedEnv(), ...crashEnvironment(armedFile), PAY_RUN_FILE: undefined, OPERATOR_TOKEN: tokens[by] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  const [out, err] = await Promise.all([child.stdout, child.stderr].map(stream => stream.setEncoding('utf8').toArray()))
  const [code] = await ended
  return { code, output: [...out!, ...err!].join('') }
}
