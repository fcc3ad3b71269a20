// All that the scripts use of Node's own types.
declare const process: { env: Record<string, string | undefined> };
