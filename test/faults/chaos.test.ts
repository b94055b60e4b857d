/** Half a minute of chaos on a system of its own: an auditor with books of its own finds nothing, and then every lie that is planted. */
import { spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

const SEED = 20_261_128
/** Just above the handler's time-out: the shortest that there is. */
const LEASE_MS = 11_000
const DEADLINE_MS = 400_000

const { logsFolder, mode } = systemUnderTest()
// The proxy in front of Kafka has to be its advertised listener, which Compose alone can say.
const testOrSkip = mode === 'native' ? test : test.skip

testOrSkip(
  `what clients were told = database = Kafka = acquirer = ledger (seed ${SEED})`,
  async () => {
    const figuresFile = join(logsFolder, 'chaos.json')
    const flags = ['--minutes', '0.5', '--seed', String(SEED), '--lease', String(LEASE_MS), '--hurry', '--plant']
    const code = await chaosWith([...flags, '--json', figuresFile])
    const { failures, mismatches, planted, faults, operations, journal } = JSON.parse(readFileSync(figuresFile, 'utf8'))
    expect({ code, failures, mismatches }).toEqual({ code: 0, failures: [], mismatches: [] })
    expect(planted.length).toBeGreaterThanOrEqual(5)
    expect(planted.filter(({ problem }: { problem: string | null }) => problem !== null)).toEqual([])
    expect(Object.values<object>(faults).flatMap(counts => Object.keys(counts)).length).toBeGreaterThanOrEqual(3)
    expect(Object.keys(operations)).toEqual(expect.arrayContaining(['authorize SUCCEEDED', 'capture SUCCEEDED']))
    expect(journal).toBeGreaterThan(0)
  },
  DEADLINE_MS,
)

/** Resolves to its exit code. It ends by itself when this process is gone. */
async function chaosWith(flags: string[]): Promise<number | null> {
  const log = createWriteStream(join(logsFolder, 'chaos.log'))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/chaos.ts', ...flags], {
    cwd: repositoryFolder,
    env: { ...inheritedEnv(), PAY_RUN_FILE: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  log.end()
  return code
}
