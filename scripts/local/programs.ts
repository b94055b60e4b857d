/** The programs that a native start needs: where they are, and which Debian package brings one that is missing. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

export type ProgramName = 'mariadbd' | 'mariadb-install-db' | 'redis-server' | 'java' | 'mvn'

export interface Program {
  path: string
  /** What it is started as, where that decides what it does. */
  argv0?: string
}

/** None of these registers a system service. */
const debianPackages: Record<ProgramName, string[]> = {
  mariadbd: ['mariadb-server-core', 'mariadb-client-core'],
  'mariadb-install-db': ['mariadb-server-core', 'mariadb-client-core'],
  'redis-server': ['redis-tools'],
  java: ['openjdk-17-jre-headless'],
  mvn: ['maven'],
}

export const JAVA_VERSION_MIN = 17

type Environment = Record<string, string | undefined>

/** Servers live in sbin, which is not on everybody's PATH. */
function searchPath(env: Environment): string[] {
  return [...(env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean)
}

export function findOnPath(name: string, env: Environment = process.env): string | undefined {
  return searchPath(env)
    .map(folder => join(folder, name))
    .find(isExecutable)
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export function findProgram(name: ProgramName, env: Environment = process.env): Program | undefined {
  switch (name) {
    case 'redis-server':
      return findRedis(env)
    case 'java':
      return findJava(env)
    default: {
      const path = findOnPath(name, env)
      return path === undefined ? undefined : { path }
    }
  }
}

/** Debian's redis-tools ships the server's binary under another name: what it does is decided by its argv0. */
function findRedis(env: Environment): Program | undefined {
  const server = findOnPath('redis-server', env)
  if (server) return { path: server }
  const tools = findOnPath('redis-check-rdb', env)
  return tools === undefined ? undefined : { path: tools, argv0: 'redis-server' }
}

/** The first Java that can run Kafka: JAVA_HOME's, the one on PATH, or any that Debian has installed. */
function findJava(env: Environment): Program | undefined {
  const homes = env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin/java')] : []
  const onPath = findOnPath('java', env)
  const installed = existsSync('/usr/lib/jvm') ? readdirSync('/usr/lib/jvm') : []
  const candidates = [...homes, ...(onPath ? [onPath] : []), ...installed.map(name => `/usr/lib/jvm/${name}/bin/java`)]
  const path = candidates.filter(isExecutable).find(java => (javaVersion(java) ?? 0) >= JAVA_VERSION_MIN)
  return path === undefined ? undefined : { path }
}

/** Java's major version from the `release` file beside it: starting a JVM to ask would take 50 ms and more. */
export function javaVersion(java: string): number | undefined {
  try {
    const release = readFileSync(join(dirname(realpathSync(java)), '../release'), 'utf8')
    const version = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(release)?.[1]
    return version === undefined ? undefined : Number(version)
  } catch {
    return undefined
  }
}

/** The Debian packages for programs, each named once. */
export function packagesFor(missing: ProgramName[]): string[] {
  return [...new Set(missing.flatMap(name => debianPackages[name]))]
}
