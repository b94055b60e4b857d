/** The functions of the product as Lambda processes that a test may kill: bundled as for deployment, with the subscriber beside them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { zipSync } from 'fflate'
import { LambdaFunction } from '../lambda/lambda-function.ts'
import { repositoryFolder } from '../system.ts'
import { ARMED_FILE, packagedCrashEnvironment, subscriberSource } from './armed.ts'

const sources = {
  authorize: 'api/authorize',
  capture: 'api/capture',
  refund: 'api/refund',
  void: 'api/void',
  operatorRefund: 'api/operator-refund',
  operatorVoid: 'api/operator-void',
  expireAuthorizations: 'jobs/expire-authorizations',
  resolveUnknown: 'jobs/resolve-unknown',
  archiveOutbox: 'jobs/archive-outbox',
  pruneAnswers: 'jobs/prune-answers',
  relayOutbox: 'events/relay-outbox',
  recordLedger: 'events/record-ledger',
  expectSettlement: 'events/expect-settlement',
  closeBatches: 'jobs/close-batches',
  createPayouts: 'jobs/create-payouts',
  sendPayoutFiles: 'jobs/send-payout-files',
  inquirePayouts: 'jobs/inquire-payouts',
  importFiles: 'jobs/import-files',
  matchFiles: 'jobs/match-files',
  ageBreaks: 'jobs/age-breaks',
  dailyFunds: 'jobs/daily-funds',
  snapshotBalances: 'jobs/snapshot-balances',
  checkInvariants: 'jobs/check-invariants',
} as const
export type FunctionKey = keyof typeof sources

export type CrashFunctions = Record<FunctionKey, LambdaFunction>

const API_TIMEOUT_MS = 10_000
const TIMEOUT_MS = 60_000
const MEMORY_MB = 512

/** Each function's bundle, by its path in a package. */
type Bundles = Record<string, Uint8Array>

/** Deploys all of them with this environment. Nothing is started before the first invocation. */
export async function deployCrashFunctions(
  bundles: Bundles,
  environment: Record<string, string>,
  logsFolder: string,
): Promise<CrashFunctions> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-functions-'))
  try {
    const deploy = async ([key, source]: [string, string]) => {
      const zipFile = join(folder, `${key}.zip`)
      const bundle = `functions/${source}.mjs`
      const files = { [bundle]: bundles[bundle]!, [`${ARMED_FILE}.mjs`]: subscriberSource() }
      writeFileSync(zipFile, zipSync(files, { level: 0 }))
      const settings = {
        name: key,
        handler: `functions/${source}.handler`,
        timeoutMs: source.startsWith('api/') ? API_TIMEOUT_MS : TIMEOUT_MS,
        memoryMb: MEMORY_MB,
        environment: { ...environment, ...packagedCrashEnvironment },
      }
      const logFile = join(logsFolder, `crash-${key}.log`)
      return [key, await LambdaFunction.deploy({ settings, zipFile, logFile })]
    }
    return Object.fromEntries(await Promise.all(Object.entries(sources).map(deploy))) as CrashFunctions
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As serverless.yml's `custom.esbuild` makes them. */
export async function bundleCrashFunctions(): Promise<Bundles> {
  const { outputFiles } = await build({
    entryPoints: Object.values(sources).map(source => join(repositoryFolder, `functions/${source}.ts`)),
    outbase: repositoryFolder,
    outdir: repositoryFolder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: {
      js: "import { createRequire as createRequireOfNode } from 'node:module'; const require = createRequireOfNode(import.meta.url);",
    },
    write: false,
    logLevel: 'silent',
  })
  return Object.fromEntries(
    outputFiles.map(({ path, contents }) => [path.slice(repositoryFolder.length).replace(/^\//, ''), contents]),
  )
}
