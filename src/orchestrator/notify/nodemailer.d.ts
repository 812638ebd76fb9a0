/** What Arcos uses of nodemailer, which has no types of its own. */
declare module 'nodemailer' {
  interface Mail {
    readonly from: string;
    readonly to: readonly string[];
    readonly subject: string;
    readonly text: string;
    readonly messageId: string;
    readonly disableFileAccess: boolean;
    readonly disableUrlAccess: boolean;
  }
  export function createTransport(url: string): {
    sendMail(mail: Mail): Promise<unknown>;
    close(): void;
  };
}
