/** The product's own use cases, wired as its functions wire them, on a database and a virtual clock of the score's. */
import { ageBreaks } from '../../../../shared/reconciliation/age-breaks.ts'
import { importFile } from '../../../../shared/reconciliation/import-file.ts'
import { matchFiles } from '../../../../shared/reconciliation/match-files.ts'
import { configFrom } from '../../../../shared/runtime/config.ts'
import { Ports } from '../../../../shared/runtime/wiring.ts'
import { loseDispute } from '../../../../shared/settlement/lose-dispute.ts'
import type { HandedFile, ReconUnderTest } from './under-test.ts'

/** Each job begins nothing later, and goes on in its next run, as in the product. */
const JOB_MS = 45_000
/** Of runs one after another, until nothing is left. */
const RUNS_MAX = 40

const GIVEN_UP = { actor: 'kim', reason: 'the card holder is right' }

const deadline = (): number => Date.now() + JOB_MS

const settings = (databaseUrl: string) => () =>
  configFrom({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'fatal', BANK_URL: 'none', ACQUIRER_URL: 'in-process:' })

/** Virtual time stands still until it is set; real time is real. */
function settableClock() {
  let virtualMs = 0
  return {
    nowMs: () => Date.now(),
    virtualNowMs: () => virtualMs,
    sleep: (durationMs: number) => new Promise<void>(resolve => void setTimeout(resolve, durationMs)),
    catchUp: async () => {},
    set: (nowMs: number) => {
      virtualMs = nowMs
    },
  }
}

export function productOn(databaseUrl: string): ReconUnderTest {
  const clock = settableClock()
  const ports = new Ports(settings(databaseUrl), new Map<string, unknown>([['processClock', clock]])).forSettlement
  return {
    setNowMs: clock.set,
    importFile: file => handIn(ports, file),
    matchAll: () => untilDone(() => matchFiles(ports, deadline())),
    ageAll: () => untilDone(() => ageBreaks(ports, deadline())),
    loseDispute: async disputeId => (await loseDispute(ports, disputeId, GIVEN_UP)).kind === 'lost',
    close: () => ports.database.close(),
  }
}

type BatchPorts = Ports['forSettlement']

async function handIn(ports: BatchPorts, file: HandedFile): Promise<'imported' | 'known' | 'rejected'> {
  for (let run = 0; run < RUNS_MAX; run += 1) {
    const { kind } = await importFile(ports, { ...file, deadlineMs: deadline() })
    if (kind === 'imported' || kind === 'known' || kind === 'rejected') return kind
    if (kind !== 'unfinished') throw new Error(`${file.name}: ${kind}`)
  }
  throw new Error(`${file.name} was not read in ${RUNS_MAX} runs`)
}

async function untilDone(job: () => Promise<object>): Promise<void> {
  for (let run = 0; run < RUNS_MAX; run += 1) if (Object.values(await job()).every(count => count === 0)) return
  throw new Error(`there was still work after ${RUNS_MAX} runs`)
}
