/** Groovy without Jenkins: its jars, and one run of the recorder (recorder.groovy) for any number of pipelines. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fetchJars, haveJars, jarsFolder, type MavenJars } from '../../../scripts/local/maven-jars.ts'
import { installAdvice, installPackages, thisMachine } from '../../../scripts/local/packages.ts'
import { dataRoot } from '../../../scripts/local/paths.ts'
import { findProgram, type ProgramName, packagesFor } from '../../../scripts/local/programs.ts'

export interface RecorderRun {
  name: string
  kind: 'pipeline' | 'job'
  text: string
  env?: Record<string, string>
  /** Parameters that a person set. */
  params?: Record<string, boolean>
  /** What triggered the build, such as TimerTrigger; a person when absent. */
  cause?: string
  /** The first step of this stage, or the n-th step after the stages, ends with `result` (FAILURE). */
  failAt?: { stage?: string; post?: number; result?: 'FAILURE' | 'ABORTED' }
}

export interface RecordedStep {
  step: string
  args: unknown
  stage: string | null
  /** The condition of `post`. */
  post: string | null
  /** The steps around it, outermost first. */
  within: { step: string; args: unknown }[]
}

export interface Recording {
  name: string
  result: 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'ABORTED'
  /** What Jenkins would refuse. */
  errors: string[]
  options: { option: string; args: unknown; stage: string | null }[]
  environment: Record<string, string>
  /** When it runs by itself, as cron says it. */
  triggers: string[]
  /** Those that were begun. */
  stages: string[]
  steps: RecordedStep[]
}

const jars: MavenJars = { pom: join(import.meta.dirname, 'pom.xml'), root: join(dataRoot, 'groovy-jars') }
const recorder = join(import.meta.dirname, 'recorder.groovy')
const RUN_TIMEOUT_MS = 60_000

const missingPrograms = (): ProgramName[] => {
  const wanted: ProgramName[] = haveJars(jars) ? ['java'] : ['java', 'mvn']
  return wanted.filter(name => findProgram(name) === undefined)
}

/** Why Groovy cannot run here; undefined when it can, or can be made to. A machine with Docker alone has no Java. */
export function groovyObstacle(): string | undefined {
  const missing = missingPrograms()
  if (missing.length === 0) return undefined
  const advice = installAdvice(packagesFor(missing), thisMachine())
  return advice && `Groovy needs ${missing.join(' and ')}: ${advice}`
}

/** Fetches what is missing. */
export async function ensureGroovy(logFile: string): Promise<void> {
  const missing = missingPrograms()
  if (missing.length > 0) await installPackages(packagesFor(missing), logFile)
  if (!haveJars(jars)) await fetchJars(jars, findProgram('mvn')!.path, { log: logFile })
}

/** Records all runs with one JVM: most of its time is its start. Rejects with what it printed when it could not. */
export function record(runs: RecorderRun[]): Promise<Map<string, Recording>> {
  const { promise, resolve, reject } = Promise.withResolvers<Map<string, Recording>>()
  // Short-lived: without the second compiler and with the simplest collector it is done sooner.
  const flags = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dfile.encoding=UTF-8']
  const args = [...flags, '-cp', join(jarsFolder(jars), '*'), 'groovy.ui.GroovyMain', recorder]
  const options = { timeout: RUN_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 }
  const child = execFile(findProgram('java')!.path, args, options, (error, stdout, stderr) => {
    if (error) return reject(new Error(`the recorder failed: ${stderr || error.message}`, { cause: error }))
    const recordings = JSON.parse(stdout) as Recording[]
    resolve(new Map(recordings.map(recording => [recording.name, recording])))
  })
  child.stdin!.on('error', () => {}) // It ended before it read all: its exit says why.
  child.stdin!.end(JSON.stringify({ runs }))
  return promise
}
