/** Starts MariaDB, Kafka and Redis as this machine can: in containers, as programs, or by using external services. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Reporter, StepFailure } from '../terminal/output.ts'
import { clients } from './clients.ts'
import { type ComposeServices, type ServiceName, serviceNames } from './compose-file.ts'
import type { KafkaDetour } from './detour.ts'
import { type Compose, ContainerPart, type DockerEngine } from './docker.ts'
import { ExternalPart } from './external-part.ts'
import { fetchKafkaJars, haveKafkaJars } from './kafka-jars.ts'
import { nativeServices } from './native-services.ts'
import { installPackages } from './packages.ts'
import type { DataFolder } from './paths.ts'
import { type ExternalName, externalVariables, isExternal, type PortPlan } from './plan-ports.ts'
import { probeHttp, probeRedis } from './probes.ts'
import { findProgram, type Program, type ProgramName, packagesFor } from './programs.ts'
import type { SystemEnv } from './run-file.ts'
import { type PartEvents, SupervisedProcess, type SystemPart } from './supervised-process.ts'
import { addressOf } from './system-env.ts'

export interface Surroundings {
  folder: DataFolder
  env: SystemEnv
  compose: ComposeServices
  ports: PortPlan
  /** Of a native Kafka. */
  kafkaDetour?: KafkaDetour | undefined
  reporter: Reporter
  events: PartEvents
  /** Aborted when everything stops. */
  signal: AbortSignal
  /** Adds a part to the system, which shows, controls and stops it from then on. */
  add(part: SystemPart): void
}

/** Resolves when the service answers; rejects with a StepFailure. */
export type StartService = (name: ServiceName) => Promise<void>

/** Takes over external services as they are, prepares the others, and returns how to start them. */
export async function prepareServices(
  around: Surroundings,
  docker?: { engine: DockerEngine; compose: Compose },
): Promise<StartService> {
  const theirs = serviceNames.filter(name => isExternal(name, process.env))
  const ours = serviceNames.filter(name => !theirs.includes(name))
  for (const name of theirs) around.add(new ExternalPart(name, around.ports.services[name]))
  const startOurs = docker
    ? await prepareContainers(around, ours, docker.engine, docker.compose)
    : await prepareNatives(around, ours)
  return name => (ours.includes(name) ? startOurs(name) : greet(around, name))
}

/** An external service: probed, and otherwise left alone. Rejects with a StepFailure when it does not answer. */
export async function greet(
  { reporter, env }: Pick<Surroundings, 'reporter' | 'env'>,
  name: ExternalName,
): Promise<void> {
  const variable = externalVariables[name]
  await reporter.step(name, async detail => {
    detail(`${addressOf(name, env)} (${variable}: not ours)`)
    await probes[name](env).catch(error => {
      throw new StepFailure(`${name} does not answer where ${variable} says: ${error.message}`, {
        fix: `start it, correct ${variable}, or unset it so that npm start brings its own`,
        cause: error,
      })
    })
  })
}

const probes: Record<ExternalName, (env: SystemEnv) => Promise<void>> = {
  mariadb: env => clients.probeMariadb(env.DATABASE_URL),
  kafka: env => clients.probeKafka(env.KAFKA_BROKERS),
  redis: env => probeRedis(env.REDIS_URL),
  acquirer: env => probeHttp(`${env.ACQUIRER_URL}/health`),
  bank: env => probeHttp(`${env.BANK_URL}/health`),
}

/** All containers start with one command. Each is then probed from the host. */
async function prepareContainers(
  { folder, env, ports, reporter, events, signal, add }: Surroundings,
  ours: ServiceName[],
  { engine, compose: version }: DockerEngine,
  compose: Compose,
): Promise<StartService> {
  writeFileSync(folder.dockerMark, '')
  const partOf = (name: ServiceName) =>
    new ContainerPart(name, compose, ports.services[name], () => probes[name](env), events)
  const parts = new Map(ours.map(name => [name, partOf(name)]))
  for (const part of parts.values()) add(part)
  await reporter.step('services', async detail => {
    detail(`${ours.join(', ')} in Docker ${engine}, Compose ${version}`)
    await compose.run(['up', '-d', '--wait', ...ours], signal)
  })
  return name =>
    reporter.step(name, async detail => {
      detail(addressOf(name, env))
      await parts.get(name)?.ready()
    })
}

async function prepareNatives(around: Surroundings, ours: ServiceName[]): Promise<StartService> {
  await installMissing(around, ours)
  const jars = ours.includes('kafka') && !haveKafkaJars() ? fetchJars(around) : Promise.resolve()
  // Its failure is reported where it is awaited: by Kafka.
  jars.catch(() => {})
  return async name => {
    if (name === 'kafka') await jars
    await startNative(around, name)
  }
}

async function startNative(around: Surroundings, name: ServiceName): Promise<void> {
  const { folder, compose, env, ports, kafkaDetour, reporter, events, signal, add } = around
  await reporter.step(name, async detail => {
    detail(addressOf(name, env))
    const controllerPort = ports.controller
    const place = { folder, compose, env, program: requireProgram, controllerPort, kafkaDetour, signal }
    const part = new SupervisedProcess(await nativeServices[name](place), events)
    add(part)
    await part.start()
  })
}

async function installMissing({ folder, reporter }: Surroundings, ours: ServiceName[]): Promise<void> {
  const missing = missingPrograms(ours)
  if (missing.length === 0) return
  const packages = packagesFor(missing)
  await reporter.step('packages', async detail => {
    detail(packages.join(' '))
    await installPackages(packages, join(folder.logs, 'install.log'))
  })
}

function fetchJars({ folder, reporter, signal }: Surroundings): Promise<void> {
  return reporter.step('kafka jars', async detail => {
    detail('from Maven Central (54 MB, once)')
    await fetchKafkaJars(requireProgram('mvn').path, join(folder.logs, 'install.log'), signal)
  })
}

/** The programs that these services need and this machine lacks. */
function missingPrograms(services: readonly ServiceName[]): ProgramName[] {
  const needed: Record<ServiceName, ProgramName[]> = {
    mariadb: ['mariadbd', 'mariadb-install-db'],
    redis: ['redis-server'],
    kafka: haveKafkaJars() ? ['java'] : ['java', 'mvn'],
  }
  return services.flatMap(name => needed[name]).filter(name => !findProgram(name))
}

function requireProgram(name: ProgramName): Program {
  const program = findProgram(name)
  if (!program) throw new StepFailure(`${name} is missing`, { fix: '`npm run doctor` says how to get it' })
  return program
}
