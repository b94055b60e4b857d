/** What this machine has and lacks for `npm start` and `npm test`, and how to get what is missing. */
import { spawnSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { IN_PROCESS_ACQUIRER, NO_BANK } from '../../shared/runtime/config.ts'
import { REINSTALL } from '../terminal/missing-package.mjs'
import { findChromium } from './chromium.ts'
import { type ServiceName, serviceNames } from './compose-file.ts'
import { type DockerEngine, findEngine } from './docker.ts'
import { haveKafkaJars } from './kafka-jars.ts'
import { missingPackages, someOf } from './npm-packages.ts'
import { installAdvice, type Machine, thisMachine } from './packages.ts'
import { type DataFolder, projectRoot } from './paths.ts'
import { type ExternalName, externalVariables, isExternal, sandboxNames, usualPorts } from './plan-ports.ts'
import { isFree, portHolder } from './ports.ts'
import { probeHttp, probeKafka, probeMariadb, probeRedis } from './probes.ts'
import { findProgram, javaVersion, type ProgramName, packagesFor } from './programs.ts'
import { holderOf } from './starter-lock.ts'

/** `ok`; `note`: worth knowing; `bad`: `npm start` cannot work. */
export type Level = 'ok' | 'note' | 'bad'

export interface Finding {
  level: Level
  subject: string
  text: string
  fix?: string
}

const GIBIBYTE = 1024 ** 3
const DISK_FREE_MIN_BYTES = 2 * GIBIBYTE
const MEMORY_FREE_MIN_BYTES = 1.5 * GIBIBYTE

export async function diagnose(folder: DataFolder, env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  const engine = findEngine(env)
  return [
    ...toolchain(),
    npmPackages(missingPackages()),
    room('disk', diskFreeBytes(), DISK_FREE_MIN_BYTES, 'npm packages, Kafka and the databases need about 2 GB'),
    room('memory', freemem(), MEMORY_FREE_MIN_BYTES, 'the whole system takes about 1.5 GB: close something'),
    dockerFinding(engine),
    ...servicePrograms({ docker: 'engine' in engine, haveJars: haveKafkaJars(), env, machine: thisMachine() }),
    ...(await externals(env)),
    ...(await ports(folder, env)),
    browser(env),
  ]
}

function toolchain(): Finding[] {
  const npm = spawnSync('npm', ['--version'], { encoding: 'utf8' }).stdout?.trim()
  return [
    { level: 'ok', subject: 'system', text: `${process.platform}-${process.arch}` },
    { level: 'ok', subject: 'node', text: `${process.version} (${process.execPath})` },
    npm
      ? { level: 'ok', subject: 'npm', text: npm }
      : { level: 'bad', subject: 'npm', text: 'not found', fix: 'install npm' },
  ]
}

export function npmPackages(missing: string[]): Finding {
  if (missing.length === 0) return { level: 'ok', subject: 'packages', text: 'all that npm installed are there' }
  return { level: 'bad', subject: 'packages', text: `missing: ${someOf(missing)}`, fix: REINSTALL }
}

function diskFreeBytes(): number {
  const { bavail, bsize } = statfsSync(projectRoot)
  return bavail * bsize
}

function room(subject: string, freeBytes: number, minBytes: number, fix: string): Finding {
  const text = `${(freeBytes / GIBIBYTE).toFixed(1)} GB free`
  return freeBytes >= minBytes ? { level: 'ok', subject, text } : { level: 'note', subject, text, fix }
}

function dockerFinding(engine: DockerEngine | { missing: string }): Finding {
  if ('engine' in engine)
    return {
      level: 'ok',
      subject: 'docker',
      text: `${engine.engine}, Compose ${engine.compose}: services run in containers`,
    }
  return { level: 'note', subject: 'docker', text: `${engine.missing}: services run natively` }
}

const programsOf: Record<ServiceName, ProgramName[]> = {
  mariadb: ['mariadbd', 'mariadb-install-db'],
  kafka: ['java', 'mvn'],
  redis: ['redis-server'],
}

export interface ProgramQuestion {
  docker: boolean
  haveJars: boolean
  env: NodeJS.ProcessEnv
  machine: Machine
  find?: typeof findProgram
}

/** The programs of a native start. A missing one is bad only when nobody can install it and no container replaces it. */
export function servicePrograms({ docker, haveJars, env, machine, find = findProgram }: ProgramQuestion): Finding[] {
  const ours = serviceNames.filter(name => !isExternal(name, env))
  return ours
    .flatMap(name => programsOf[name])
    .map(name => {
      const program = find(name, env)
      if (program) return { level: 'ok', subject: name, text: `${versionOf(name, program)} (${program.path})` }
      if (name === 'mvn' && haveJars)
        return { level: 'ok', subject: name, text: 'not needed: the Kafka jars are there' }
      return missing(name, docker, machine)
    })
}

function missing(name: ProgramName, docker: boolean, machine: Machine): Finding {
  const advice = installAdvice(packagesFor([name]), machine)
  if (docker) return { level: 'note', subject: name, text: 'not found; Docker does without it', fix: advice }
  if (!advice)
    return { level: 'note', subject: name, text: `not found; npm start installs ${packagesFor([name]).join(' ')}` }
  return { level: 'bad', subject: name, text: 'not found', fix: advice }
}

function versionOf(name: ProgramName, { path, argv0 }: { path: string; argv0?: string }): string {
  if (name === 'java') return `Java ${javaVersion(path)}`
  if (name === 'mariadb-install-db') return 'found'
  const result = spawnSync(path, ['--version'], { encoding: 'utf8', argv0 })
  return /\d+\.\d+[\w.:~+-]*/.exec(result.stdout ?? '')?.[0] ?? 'found'
}

/** Addresses that stand for none. */
const noService: readonly string[] = [IN_PROCESS_ACQUIRER, NO_BANK]

async function externals(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const probes: Record<ExternalName, (address: string) => Promise<void>> = {
    mariadb: probeMariadb,
    kafka: probeKafka,
    redis: probeRedis,
    acquirer: address => probeHttp(`${address}/health`),
    bank: address => probeHttp(`${address}/health`),
  }
  const named = ([...serviceNames, ...sandboxNames] as const).filter(
    name => isExternal(name, env) && !noService.includes(env[externalVariables[name]]!),
  )
  return Promise.all(
    named.map(async (name): Promise<Finding> => {
      const variable = externalVariables[name]
      try {
        await probes[name](env[variable]!)
        return { level: 'ok', subject: name, text: `${variable} names one that answers: it is used, never touched` }
      } catch (error) {
        const fix = `start it, correct ${variable}, or unset it so that npm start brings its own`
        return { level: 'bad', subject: name, text: `${variable}: ${(error as Error).message}`, fix }
      }
    }),
  )
}

async function ports(folder: DataFolder, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const starter = holderOf(folder.lockFile)
  if (starter) return [{ level: 'note', subject: 'ports', text: `in use by the running system (pid ${starter.pid})` }]
  const findings = await Promise.all(
    usualPorts(env).map(async ({ name, port, variable, movable }): Promise<Finding> => {
      const subject = `port ${port}`
      if (await isFree(port)) return { level: 'ok', subject, text: `free for ${name}` }
      const { pid, command } = portHolder(port)
      const text = `taken by ${pid === undefined ? 'another user' : `pid ${pid}: ${(command ?? '?').slice(0, 60)}`}`
      if (movable) return { level: 'note', subject, text: `${text}; ${name} will get the next free port` }
      return { level: 'bad', subject, text, fix: `stop that program, or set ${variable} to another port` }
    }),
  )
  return findings
}

function browser(env: NodeJS.ProcessEnv): Finding {
  const path = findChromium(env)
  if (path) return { level: 'ok', subject: 'chromium', text: `${path} (for npm test)` }
  const advice = installAdvice(['chromium', 'fonts-nanum'], thisMachine())
  return {
    level: 'note',
    subject: 'chromium',
    text: 'not found; only npm test needs it',
    fix: advice ?? 'npm test installs it',
  }
}
