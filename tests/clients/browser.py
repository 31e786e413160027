"""A browser of a few lines: goes through the simulator's sign-in and says where it ends."""

import html
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request


class Stay(urllib.request.HTTPRedirectHandler):
    """The last redirect leads to a port where nobody listens."""

    def redirect_request(self, *_):
        return None


def sign_in(address, ca_file):
    """Types what the pages say and accepts; returns the address of the redirect."""
    context = ssl.create_default_context(cafile=ca_file)
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), Stay)
    form = None
    while True:
        try:
            page = opener.open(address, form).read().decode()
        except urllib.error.HTTPError as answer:
            if answer.code == 302:
                return answer.headers["location"]
            raise SystemExit(f"{answer.code}: {answer.read().decode()}") from answer

        def between(pattern, page=page):
            found = re.search(pattern, page)
            return html.unescape(found.group(1)) if found else None

        fields = {"ctx": between(r'name="ctx" value="([^"]*)"')}
        if 'id="login"' in page:
            fields["login"] = between(r'id="user-to-type">([^<]*)<')
            fields["password"] = between(r'id="password-to-type">([^<]*)<')
        elif 'id="otc"' in page:
            fields["otc"] = between(r'id="otc-to-type">([^<]*)<')
        else:
            fields["accept"] = "yes"
        address = urllib.parse.urljoin(address, between(r'action="([^"]*)"'))
        form = urllib.parse.urlencode(fields).encode()


if __name__ == "__main__":
    print(sign_in(*sys.argv[1:]))
