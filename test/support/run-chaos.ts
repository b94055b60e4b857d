/** Runs `npm run chaos` as somebody types it, beside the system under test. */
import { spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inheritedEnv } from './extra-api.ts'
import { repositoryFolder, systemUnderTest } from './system.ts'

/** Just above the handler's time-out: the shortest that there is. */
const LEASE_MS = 11_000

/** Resolves to its exit code and its figures. It ends by itself when this process is gone. `name`: of its log. */
export async function runChaos(name: string, seed: number, flags: readonly string[]) {
  const { logsFolder } = systemUnderTest()
  const figuresFile = join(logsFolder, `${name}.json`)
  const log = createWriteStream(join(logsFolder, `${name}.log`))
  const given = ['--seed', String(seed), '--lease', String(LEASE_MS), '--hurry', ...flags, '--json', figuresFile]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/chaos.ts', ...given], {
    cwd: repositoryFolder,
    env: { ...inheritedEnv(), PAY_RUN_FILE: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  log.end()
  return { code, ...JSON.parse(readFileSync(figuresFile, 'utf8')) }
}
