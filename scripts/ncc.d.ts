declare module '@vercel/ncc' {
  export interface Options {
    cache?: boolean;
    quiet?: boolean;
    target?: string;
  }
  export interface Bundle {
    code: string;
    assets: Record<string, { source: string | Buffer }>;
  }
  export default function ncc(input: string, options: Options): Promise<Bundle>;
}
