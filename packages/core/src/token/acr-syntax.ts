/** The values of `acr` that a challenge can carry: it separates them by spaces (RFC 9470, section 3). */
export const acrSyntax: RegExp = /^[\x21-\x7e]+$/;
