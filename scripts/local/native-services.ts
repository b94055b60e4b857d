/** MariaDB, Kafka and Redis as children of the starter: the Compose file's commands with this machine's programs. */
import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FULL_BELOW_BYTES } from '../../shared/runtime/data-disk.ts'
import { clients } from './clients.ts'
import type { ComposeServices, ServiceName } from './compose-file.ts'
import type { KafkaDetour } from './detour.ts'
import { kafkaJarsFolder } from './kafka-jars.ts'
import { jvmOptions, nativeKafkaSettings, propertiesText } from './kafka-settings.ts'
import { type DataFolder, projectRoot } from './paths.ts'
import { probeRedis } from './probes.ts'
import type { Program, ProgramName } from './programs.ts'
import type { SystemEnv } from './run-file.ts'
import { runTool } from './run-tool.ts'
import type { ChildSpec } from './supervised-process.ts'

export interface NativeContext {
  folder: DataFolder
  compose: ComposeServices
  env: SystemEnv
  program(name: ProgramName): Program
  controllerPort: number
  kafkaDetour?: KafkaDetour | undefined
  signal: AbortSignal
}

/** Makes the service's folder ready and says how to start it. */
export const nativeServices: Record<ServiceName, (context: NativeContext) => Promise<ChildSpec>> = {
  mariadb: prepareMariadb,
  kafka: prepareKafka,
  redis: prepareRedis,
}

/** As readiness counts it. A folder that cannot be read delays nothing. */
function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= FULL_BELOW_BYTES
  } catch {
    return true
  }
}

const runningAsRoot = () => process.getuid?.() === 0

async function prepareMariadb(context: NativeContext): Promise<ChildSpec> {
  const { folder, compose } = context
  const { DATABASE_URL } = context.env
  const dataDir = join(folder.root, 'mariadb')
  const initFile = join(folder.root, 'mariadb-init.sql')
  const log = join(folder.logs, 'mariadb.log')
  const env = { ...process.env, TMPDIR: ownTemporaryFolder(folder.root) }
  if (!existsSync(dataDir)) await installDatabase(context, dataDir, { log, env })
  writeFileSync(initFile, initSql(compose.mariadb.environment), { mode: 0o600 })
  return {
    name: 'mariadb',
    command: context.program('mariadbd').path,
    args: [
      '--no-defaults',
      ...(runningAsRoot() ? ['--user=root'] : []),
      ...compose.mariadb.command,
      `--datadir=${dataDir}`,
      `--socket=${join(folder.sockets, 'mariadb.sock')}`,
      `--pid-file=${join(folder.sockets, 'mariadb.pid')}`,
      `--port=${compose.mariadb.port}`,
      '--bind-address=127.0.0.1',
      `--init-file=${initFile}`,
    ],
    env,
    port: compose.mariadb.port,
    log,
    probe: () => clients.probeMariadb(DATABASE_URL),
    hasRoom: () => hasRoom(folder.root),
    readyDeadlineMs: 60_000,
    stopDeadlineMs: 20_000,
    fixFor: mariadbFix,
  }
}

/** MariaDB deletes at its start what others left in its temporary folder, and what other servers still use there. */
function ownTemporaryFolder(root: string): string {
  const folder = join(root, 'mariadb-tmp')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Makes the system tables in another folder and moves them, so that an interrupted first start leaves no incomplete database. */
async function installDatabase(
  context: NativeContext,
  dataDir: string,
  { log, env }: { log: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const draft = `${dataDir}.new`
  rmSync(draft, { recursive: true, force: true })
  await runTool(
    context.program('mariadb-install-db').path,
    [
      '--no-defaults',
      '--skip-name-resolve',
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...(runningAsRoot() ? ['--user=root'] : []),
      `--datadir=${draft}`,
    ],
    { log, env, signal: context.signal },
  )
  renameSync(draft, dataDir)
}

/** What the mariadb image does at its first start, in statements that may run at every start. */
export function initSql(environment: Record<string, string>): string {
  const text = (value = '') => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  const identifier = (value = '') => `\`${value.replaceAll('`', '``')}\``
  const { MARIADB_DATABASE, MARIADB_USER, MARIADB_PASSWORD, MARIADB_ROOT_PASSWORD } = environment
  const user = `${text(MARIADB_USER)}@'%'`
  return [
    `CREATE DATABASE IF NOT EXISTS ${identifier(MARIADB_DATABASE)};`,
    `CREATE USER IF NOT EXISTS ${user} IDENTIFIED BY ${text(MARIADB_PASSWORD)};`,
    `GRANT ALL ON ${identifier(MARIADB_DATABASE)}.* TO ${user};`,
    `SET PASSWORD FOR 'root'@'localhost' = PASSWORD(${text(MARIADB_ROOT_PASSWORD)});`,
    "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost';",
    '',
  ].join('\n')
}

function mariadbFix(tail: string[]): string | undefined {
  const text = tail.join('\n')
  if (/address already in use/i.test(text)) return 'another program took the port just now: start again'
  if (/No space left|errno: 28/i.test(text)) return 'the disk is full'
  if (/corrupt|InnoDB: .*(upgrade|unsupported)|Unknown.*log file/i.test(text))
    return 'the data folder cannot be read: `npm run reset` starts over with an empty one'
  return undefined
}

async function prepareKafka(context: NativeContext): Promise<ChildSpec> {
  const { folder, compose, env, controllerPort, kafkaDetour: detour } = context
  const { environment, port } = compose.kafka
  const home = join(folder.root, 'kafka')
  const logDir = join(home, 'data')
  const properties = join(home, 'server.properties')
  const log = join(folder.logs, 'kafka.log')
  const classPath = join(kafkaJarsFolder(), '*')
  const java = context.program('java').path
  mkdirSync(home, { recursive: true })
  writeFileSync(properties, propertiesText(nativeKafkaSettings(environment, { port, controllerPort, logDir, detour })))
  if (!existsSync(join(logDir, 'meta.properties')))
    await runTool(
      java,
      [
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        ...loggingOptions,
        '-cp',
        classPath,
        'kafka.tools.StorageTool',
      ].concat(['format', '--cluster-id', environment.CLUSTER_ID ?? '', '--config', properties]),
      { log, signal: context.signal, fix: kafkaFix([]) },
    )
  return {
    name: 'kafka',
    command: java,
    args: [...jvmOptions(environment), ...loggingOptions, '-cp', classPath, 'kafka.Kafka', properties],
    env: process.env,
    port,
    log,
    probe: () => clients.probeKafka(env.KAFKA_BROKERS),
    hasRoom: () => hasRoom(folder.root),
    readyDeadlineMs: 90_000,
    stopDeadlineMs: 20_000,
    fixFor: kafkaFix,
  }
}

const loggingOptions = [`-Dlog4j2.configurationFile=${join(projectRoot, 'scripts/local/kafka/log4j2.xml')}`]

function kafkaFix(tail: string[]): string | undefined {
  const text = tail.join('\n')
  if (/UnsupportedClassVersionError/.test(text))
    return 'Kafka 4 needs Java 17 or newer: set JAVA_HOME, or install openjdk-17-jre-headless'
  if (/Address already in use/i.test(text)) return 'another program took the port just now: start again'
  if (/OutOfMemory|Could not reserve enough space/i.test(text))
    return 'there is not enough memory for its heap (512 MB)'
  if (/No space left/i.test(text)) return 'the disk is full'
  if (/cluster.?id|InconsistentClusterId|corrupt/i.test(text))
    return 'the data folder cannot be read: `npm run reset` starts over with an empty one'
  return undefined
}

async function prepareRedis(context: NativeContext): Promise<ChildSpec> {
  const { folder, compose, env } = context
  const { command, port } = compose.redis
  const dir = join(folder.root, 'redis')
  mkdirSync(dir, { recursive: true })
  const { path, argv0 } = context.program('redis-server')
  const flags = command[0] === 'redis-server' ? command.slice(1) : command
  return {
    name: 'redis',
    command: path,
    argv0,
    args: [...flags, '--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--daemonize', 'no'],
    env: process.env,
    port,
    log: join(folder.logs, 'redis.log'),
    probe: () => probeRedis(env.REDIS_URL),
    readyDeadlineMs: 20_000,
    stopDeadlineMs: 5_000,
  }
}
