export function start(port: number): Promise<void>;
