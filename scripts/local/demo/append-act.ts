/** Writes an act of the demo panel into the audit log, once for each key. In the process of the starter's clients. */
import { type OncePorts, onceByKey } from '../../../shared/payments/once-by-key.ts'
import { configFrom } from '../../../shared/runtime/config.ts'
import { Ports } from '../../../shared/runtime/wiring.ts'
import type { DemoAudit } from '../clients.ts'
import type { SystemEnv } from '../run-file.ts'

/** False when its key is another act's. Rejects when the database does not answer; a repeat then finds what became of it. */
export async function appendDemoAct(env: SystemEnv, act: DemoAudit): Promise<boolean> {
  const config = { ...configFrom({ ...process.env, ...env }), logLevel: 'silent', offline: true }
  const ports = new Ports(() => config).forBatches
  try {
    return await appendOnce(ports, act)
  } finally {
    await ports.database.close()
  }
}

/** As `appendDemoAct`, with these ports. */
export async function appendOnce(ports: OncePorts, { claim, entry }: DemoAudit): Promise<boolean> {
  const once = await onceByKey(ports, { claim, operator: entry.actor }, ({ transactions, auditLog }) =>
    transactions.run('demo panel', tx => auditLog.append(tx, entry)),
  )
  return once.kind === 'answered'
}
