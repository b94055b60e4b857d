/** What we ask of docker-compose.yml beyond the specification; each rule says in a sentence what breaks it. */
import type { ComposeFile, ComposeService } from './compose.ts'

export interface DockerfileFacts {
  hasHealthcheck(dockerfile: string): boolean
}

type Rule = (name: string, service: ComposeService, file: ComposeFile, facts: DockerfileFacts) => string[]

const isOneShot = (service: ComposeService) => service.restart === 'no'

const when = (broken: boolean | undefined, sentence: string): string[] => (broken ? [sentence] : [])

const ports: Rule = (_, { ports = [] }) =>
  ports
    .filter(port => !/^127\.0\.0\.1:\d{1,5}:\d{1,5}$/.test(String(port)))
    .map(port => `publishes ${JSON.stringify(port)}, not "127.0.0.1:PORT:PORT"`)

/** A version in full, or a digest; an image of our own is built here and named for it. */
export const isPinned = (image: string) => /^[\w./-]+:v?\d+\.\d+\.\d+([.-][\w.-]+)?$|@sha256:[0-9a-f]{64}$/.test(image)

const images: Rule = (_, { image = '', build }) =>
  build
    ? when(!image.startsWith('payment-backend-'), `builds an image that it calls "${image}"`)
    : when(!isPinned(image), `uses ${image || 'no image'}, which is not pinned to a full version`)

const restarts: Rule = (_, { restart }) =>
  when(restart !== 'unless-stopped' && restart !== 'no', `has restart: ${restart}`)

const health: Rule = (_, service, __, facts) => {
  const { healthcheck, build } = service
  const has = healthcheck?.test !== undefined || (build?.dockerfile && facts.hasHealthcheck(build.dockerfile))
  return when(!isOneShot(service) && !has, 'runs for long without a health check')
}

const oneShots: Rule = (name, service, file) => {
  const waits = Object.values(file.services).some(
    other => other.depends_on?.[name]?.condition === 'service_completed_successfully',
  )
  // One of a profile is run by hand or by a script, which gets its exit code.
  return when(isOneShot(service) && !waits && !service.profiles, 'ends, and nobody waits for its success')
}

const dependencies: Rule = (_, { depends_on = {} }, file) => {
  if (Array.isArray(depends_on)) return ['has a depends_on without conditions']
  return Object.entries(depends_on).flatMap(([other, { condition }]) => {
    const its = file.services[other]
    if (!its) return [`depends on ${other}, which is not there`]
    const fitting = isOneShot(its) ? 'service_completed_successfully' : 'service_healthy'
    return when(condition !== fitting, `waits for ${other} by ${condition}, not ${fitting}`)
  })
}

/** An engine in a container can be nothing less than privileged; only a profile that somebody asks for may bring one up. */
const isEngine = ({ image = '', profiles = [] }: ComposeService) =>
  /^docker:[\d.]+-dind$/.test(image) && profiles.length > 0

const isolation: Rule = (_, service) => [
  ...when(!(service.security_opt as string[] | undefined)?.includes('no-new-privileges:true'), 'may gain privileges'),
  ...when(service.privileged === true && !isEngine(service), 'is privileged'),
  ...when(service.network_mode === 'host', "uses the host's network"),
  ...when(service.container_name !== undefined, 'has a name that a second project would want too'),
]

const rules = [ports, images, restarts, health, oneShots, dependencies, isolation]

/** One sentence for each rule that is broken. */
export function brokenRules(file: ComposeFile, facts: DockerfileFacts): string[] {
  return Object.entries(file.services).flatMap(([name, service]) =>
    rules.flatMap(rule => rule(name, service, file, facts).map(sentence => `${name} ${sentence}`)),
  )
}

/** Variables that have two defaults, in the text before anything is replaced. */
export function unequalDefaults(text: string): string[] {
  const defaults = new Map<string, Set<string>>()
  for (const [, name = '', value = ''] of text.matchAll(/\$\{([A-Z][A-Z0-9_]*):-([^${}]*)\}/g))
    defaults.set(name, (defaults.get(name) ?? new Set()).add(value))
  return [...defaults].filter(([, values]) => values.size > 1).map(([name]) => name)
}
