/** Prometheus as a child of the starter: the program, its configuration from deploy/prometheus, and how it is started. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { StepFailure } from '../terminal/output.ts'
import { fetchPackage, isDebian, unpackedPackage } from './debian-package.ts'
import { type DataFolder, projectRoot } from './paths.ts'
import { probeHttp } from './probes.ts'
import { findOnPath } from './programs.ts'
import type { ToolRun } from './run-tool.ts'
import type { ChildSpec } from './supervised-process.ts'

export const prometheusFolder = join(projectRoot, 'deploy/prometheus')

/** Debian's package registers a system service, so it is never installed. */
const DEBIAN_PACKAGE = 'prometheus'
/** As Compose's. */
export const retentionFlags = ['--storage.tsdb.retention.time=7d', '--storage.tsdb.retention.size=512MB']

export interface PrometheusPrograms {
  prometheus: string
  promtool: string
}

/** Those on PATH, else those of Debian's package where it was unpacked before. */
export function findPrometheus(env: NodeJS.ProcessEnv = process.env): PrometheusPrograms | undefined {
  const [prometheus, promtool] = [findOnPath('prometheus', env), findOnPath('promtool', env)]
  if (prometheus && promtool) return { prometheus, promtool }
  const content = unpackedPackage(DEBIAN_PACKAGE)
  return content === undefined ? undefined : programsIn(content)
}

const programsIn = (content: string): PrometheusPrograms => ({
  prometheus: join(content, 'usr/bin/prometheus'),
  promtool: join(content, 'usr/bin/promtool'),
})

/** Finds them or fetches Debian's package. Rejects with a StepFailure that says how to get them. */
export async function ensurePrometheus(run: Pick<ToolRun, 'log' | 'signal'>): Promise<PrometheusPrograms> {
  const found = findPrometheus()
  if (found) return found
  if (isDebian()) return programsIn(await fetchPackage(DEBIAN_PACKAGE, run))
  throw new StepFailure('there is no Prometheus on this machine', {
    fix: 'put `prometheus` and `promtool` on the PATH (on a Mac: `brew install prometheus`), or use `docker compose --profile metrics up`',
  })
}

interface PrometheusConfig {
  global: Record<string, string>
  rule_files: string[]
  scrape_configs: Array<{ static_configs: Array<{ targets: string[] }> }>
}

export interface ScrapeOptions {
  /** Where the API's metrics are. */
  apiUrl: string
  /** Between two scrapes and two evaluations, when not as configured. */
  intervalMs?: number
}

/** The configuration of Compose's Prometheus with the address of this API. */
export function nativeConfig(composeText: string, { apiUrl, intervalMs }: ScrapeOptions): string {
  const config: PrometheusConfig = parse(composeText)
  config.rule_files = config.rule_files.map(file => join(prometheusFolder, file))
  for (const { static_configs } of config.scrape_configs) static_configs[0]!.targets = [new URL(apiUrl).host]
  const interval = `${intervalMs}ms`
  if (intervalMs !== undefined)
    Object.assign(config.global, {
      scrape_interval: interval,
      scrape_timeout: interval,
      evaluation_interval: interval,
    })
  return stringify(config)
}

export interface PrometheusPlace extends ScrapeOptions {
  folder: Pick<DataFolder, 'root' | 'logs'>
  port: number
  programs: PrometheusPrograms
}

/** Writes the configuration into the data folder and says how to start it. */
export function prometheusChild({ folder, port, programs, ...scrape }: PrometheusPlace): ChildSpec {
  const home = join(folder.root, 'prometheus')
  const configFile = join(home, 'prometheus.yml')
  mkdirSync(home, { recursive: true })
  writeFileSync(configFile, nativeConfig(readFileSync(join(prometheusFolder, 'prometheus.yml'), 'utf8'), scrape))
  return {
    name: 'prometheus',
    command: programs.prometheus,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      ...retentionFlags,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env: process.env,
    port,
    log: join(folder.logs, 'prometheus.log'),
    probe: () => probeHttp(`http://127.0.0.1:${port}/-/ready`),
    readyDeadlineMs: 60_000,
    stopDeadlineMs: 10_000,
    fixFor: prometheusFix,
  }
}

function prometheusFix(tail: string[]): string | undefined {
  const text = tail.join('\n')
  if (/address already in use/i.test(text)) return 'another program took the port just now: start again'
  if (/no space left/i.test(text)) return 'the disk is full'
  return 'look at the log; its data may be deleted while it is stopped: .data/NAME/prometheus'
}
