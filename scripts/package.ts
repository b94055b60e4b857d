/** `npm run package`: packages every function for a stage, and checks what came out: size, content, cold import. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { linkService, packageService } from '../deploy/package/package-service.ts'
import {
  bundleBytes,
  type ColdImport,
  coldImport,
  type FunctionPackage,
  megabytes,
  packageProblems,
  readPackages,
} from '../deploy/package/packages.ts'
import { dataRoot, projectRoot } from './local/paths.ts'
import { createReporter, StepFailure } from './terminal/output.ts'
import { tableLines } from './terminal/table.ts'

const usage = `npm run package -- [options]
  --stage NAME          a stage that deploy/stages/ describes (default dev)
  --region NAME         where it will be deployed
  --param NAME=VALUE    what the stage must be told (docs/deploy.md); may be repeated
  --runs N              how many fresh processes import each bundle (default 5)
The zips and the CloudFormation template are left in .serverless/.`

/** The aim on an idle machine. */
const IMPORT_MS_AIM = 300
/** Something is wrong with a bundle that takes this long, however busy the machine is. */
const IMPORT_MS_MAX = 1_500

const reporter = createReporter()

interface Options {
  serverlessArgs: string[]
  runs: number
}

/** Throws when there is an option that does not exist. */
function parsed() {
  try {
    return parseArgs({
      options: {
        stage: { type: 'string', default: 'dev' },
        region: { type: 'string' },
        param: { type: 'string', multiple: true, default: [] },
        runs: { type: 'string', default: '5' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new StepFailure((error as Error).message, { fix: 'npm run package -- --help' })
  }
}

function readOptions(): Options | undefined {
  const { values } = parsed()
  if (values.help) return undefined
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new StepFailure(`--runs: "${values.runs}" is not a number from 1 up`)
  const region = values.region === undefined ? [] : ['--region', values.region]
  const params = values.param.flatMap(param => ['--param', param])
  return { serverlessArgs: ['--stage', values.stage, ...region, ...params], runs }
}

/** Puts the results in their place at once: who reads there never sees half of them. */
async function packageAll(args: string[]): Promise<string> {
  mkdirSync(dataRoot, { recursive: true })
  const work = mkdtempSync(join(dataRoot, 'package-'))
  const place = join(projectRoot, '.serverless')
  const cleanUp = () => rmSync(work, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      cleanUp()
      process.exit(1)
    })
  try {
    const service = join(work, 'service')
    linkService(service)
    const results = await packageService(service, args)
    rmSync(place, { recursive: true, force: true })
    renameSync(results, place)
    return place
  } finally {
    cleanUp()
  }
}

function importProblems(name: string, { ms, connected }: ColdImport): string[] {
  const problems = []
  if (ms > IMPORT_MS_MAX) problems.push(`${name} takes ${Math.round(ms)} ms to import; at most ${IMPORT_MS_MAX}`)
  if (connected.length > 0) problems.push(`${name} connects to ${connected[0]} when it is imported`)
  return problems
}

function row({ name, zipBytes }: FunctionPackage, bundle: number, { ms, cpuMs }: ColdImport): string[] {
  const mark = ms > IMPORT_MS_AIM ? ' *' : '  '
  return [name, megabytes(zipBytes), megabytes(bundle), `${Math.round(cpuMs)} ms`, `${Math.round(ms)} ms${mark}`]
}

/** Prints the table; answers everything that is wrong. */
function check(folder: string, runs: number): string[] {
  const measured = readPackages(folder).map(it => ({ it, cold: coldImport(it, runs) }))
  const rows = measured.map(({ it, cold }) => row(it, bundleBytes(it), cold))
  for (const line of tableLines([['function', 'zip', 'bundle', 'CPU', 'cold import  '], ...rows], [1, 2, 3, 4]))
    reporter.line(`  ${line}`)
  if (measured.some(({ cold }) => cold.ms > IMPORT_MS_AIM))
    reporter.line(
      `  * above the aim of ${IMPORT_MS_AIM} ms: look again when the machine is idle; CPU is what the import itself takes`,
    )
  return measured.flatMap(({ it, cold }) => [...packageProblems(it), ...importProblems(it.name, cold)])
}

async function main(given: Options): Promise<number> {
  const folder = await reporter.step('package', () => packageAll(given.serverlessArgs))
  const problems = check(folder, given.runs)
  for (const problem of problems) reporter.warn(problem)
  return problems.length === 0 ? 0 : 1
}

try {
  const given = readOptions()
  if (given) process.exitCode = await main(given)
  else reporter.line(usage)
} catch (error) {
  reporter.failure(error)
  process.exitCode = 1
}
