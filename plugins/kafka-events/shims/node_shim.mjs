/** Leads from serverless-offline to the Node shim, built or not: TypeScript would make it register a loader that slows down every call. */
let shim

export async function run(call, context) {
  shim ??= await import(call.shim)
  return shim.run(call, context)
}
