/** How this machine reaches its package mirrors, so that a bare Debian inside it can reach them too. No address is known here. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Record<string, string | undefined>

/** The user inside is root. */
const HOME_INSIDE = '/root'
/** Where the Node inside keeps npm's global settings: under its own prefix. */
const NPM_GLOBAL_INSIDE = '/usr/local/etc/npmrc'

export interface PackageSources {
  /** Lines of a sources.list; none when this machine has no source of that release. */
  lines: string[]
  /** What apt was told about proxies, certificates and clocks: lines of an apt.conf. */
  options: string[]
}

/** Asks apt, which knows all the places where its settings may stand. */
export function packageSources(release: string): PackageSources {
  const ask = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8' })
  const format = '$(REPO_URI)|$(RELEASE)|$(COMPONENT)'
  return {
    lines: sourceLines(ask('apt-get', 'indextargets', '--format', format, 'Created-By: Packages'), release),
    options: fetchOptions(ask('apt-config', 'dump')),
  }
}

/** From `URI|release|component` lines those of a Debian release and its updates. */
export function sourceLines(targets: string, release: string): string[] {
  const rows = targets.split('\n').map(line => line.split('|'))
  const ours = rows.filter(([, name]) => name === release || name?.startsWith(`${release}-`))
  return [...new Set(ours.map(([uri, name, component]) => `deb ${uri} ${name} ${component}`))]
}

/** From `apt-config dump` what says how to fetch: the rest is about this machine. */
export function fetchOptions(dump: string): string[] {
  return dump.split('\n').filter(line => /^Acquire::(https?|Check-|Retries|Force)[^ ]* ".+";$/i.test(line))
}

/** Settings that programs read from their environment: proxies, certificates, npm's registry, Maven's options. */
const carried = [
  /^(https?|all|no)_proxy$/i,
  /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|MAVEN_OPTS|MAVEN_ARGS)$/,
  /^npm_config_(registry|https?[-_]proxy|proxy|noproxy|cafile|strict[-_]ssl)$/i,
]

export function carriedEnvironment(env: Environment): Record<string, string> {
  const entries = Object.entries(env).filter(([name, value]) => value && carried.some(form => form.test(name)))
  return Object.fromEntries(entries) as Record<string, string>
}

export interface CarriedFile {
  from: string
  inside: string
}

/** Settings that programs read from files. Those that are not there are left out when they are copied. */
export function carriedFiles(env: Environment, npm: { globalconfig?: string; cafile?: string }): CarriedFile[] {
  const same = (path: string) => ({ from: path, inside: path })
  const fromHome = (name: string) => ({ from: join(homedir(), name), inside: join(HOME_INSIDE, name) })
  const certificates = [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE, npm.cafile].filter(path => path?.startsWith('/'))
  return [
    same('/etc/resolv.conf'),
    same('/etc/hosts'),
    same('/usr/local/share/ca-certificates'),
    ...[...new Set(certificates)].map(path => same(path!)),
    ...(npm.globalconfig ? [{ from: npm.globalconfig, inside: NPM_GLOBAL_INSIDE }] : []),
    ...['.npmrc', '.m2/settings.xml', '.m2/settings-security.xml', '.mavenrc'].map(fromHome),
  ]
}

/** npm's own words for a setting; none when it is not set. */
function npmSetting(name: string): string | undefined {
  const value = execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return /^(null|undefined|)$/.test(value.trim()) ? undefined : value.trim()
}

/** Copies into `root` every file that says how to reach a mirror. */
export function carryFilesInto(root: string, env: Environment = process.env): void {
  const npm = { globalconfig: npmSetting('globalconfig'), cafile: npmSetting('cafile') }
  for (const { from, inside } of carriedFiles(env, npm)) {
    if (!existsSync(from)) continue
    cpSync(from, join(root, inside), { recursive: true, dereference: true })
  }
}
