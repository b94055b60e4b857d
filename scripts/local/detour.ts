/** A way from the API to its services that leads through somebody's proxies. The starter, its probes and all tools go directly. */
import type { SystemEnv } from './run-file.ts'

export interface Detour {
  /** Kafka listens here too, and tells whoever comes in here that its address is the proxy's. Only where services run natively. */
  kafka?: KafkaDetour
  /** What the API is given on top of its environment, when the services' own addresses are known. */
  apiEnv(env: SystemEnv): Record<string, string>
}

export interface KafkaDetour {
  port: number
  advertisedPort: number
}
