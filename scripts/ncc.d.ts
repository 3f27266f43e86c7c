declare module '@vercel/ncc' {
  export interface Options {
    cache?: boolean;
    quiet?: boolean;
    target?: string;
    externals?: Readonly<Record<string, string>>;
  }
  export interface Bundle {
    code: string;
    assets: Record<string, { source: string | Buffer }>;
  }
  export default function ncc(input: string, options: Options): Promise<Bundle>;
}
