/** Packages every function for a stage, and checks what came out: size, content, cold import. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dataRoot, projectRoot } from '../../scripts/local/paths.ts'
import { createReporter, type Reporter } from '../../scripts/terminal/output.ts'
import { tableLines } from '../../scripts/terminal/table.ts'
import { linkService, packageService } from './package-service.ts'
import {
  bundleBytes,
  type ColdImport,
  coldImport,
  type FunctionPackage,
  megabytes,
  packageProblems,
  readPackages,
} from './packages.ts'

/** The target on an idle machine. */
const IMPORT_MS_AIM = 300
/** A bundle that takes longer has a fault, however busy the machine is. */
const IMPORT_MS_MAX = 1_500

export interface PackageFlags {
  /** Which deploy/stages/ describes. */
  stage: string
  region?: string
  /** `name=value`. */
  param?: string[]
  /** How many fresh processes import each bundle. */
  runs: number
}

/** Leaves the zips and the template in .serverless/. Resolves to the exit code: 1 when something is wrong with a package. */
export async function packageAndCheck({ stage, region, param = [], runs }: PackageFlags): Promise<number> {
  const reporter = createReporter()
  const args = ['--stage', stage, ...(region ? ['--region', region] : []), ...param.flatMap(one => ['--param', one])]
  const folder = await reporter.step('package', () => packageAll(args))
  const problems = check(folder, runs, reporter)
  for (const problem of problems) reporter.warn(problem)
  return problems.length === 0 ? 0 : 1
}

/** Moves the results into place in one step, so that a reader never sees half of them. */
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

/** Prints the table. Returns everything that is wrong. */
function check(folder: string, runs: number, reporter: Reporter): string[] {
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
