/**
 * ONNX Runtime counts its uses for its makers (a name of this machine under HOME, then the network) unless the environment forbids it before its first session.
 * Native code sees what the main thread sets; a thread's own environment is a copy. Whoever has set it otherwise is not overruled.
 */
export function withoutTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
}
