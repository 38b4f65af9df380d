"""The code that CloudFront runs on each request: CloudFront Functions, runtime cloudfront-js-2.0.

Each function is composed of steps. The text passes through `!Sub`, so `${DomainName}` is the parameter and
JavaScript's own template literals are not used. Two million calls a month are free, then $0.10 per million.
"""

from troposphere import Sub, cloudfront

from template_gen.options import Frontend, Redirect
from template_gen.site import Site

_REDIRECT = """\
  // The site has one address: the other name only redirects, and keeps method and query.
  if (request.headers.host.value === '%(from)s') {
    return redirect('https://%(to)s' + request.uri, request.querystring);
  }
"""
_SPA = """\
  // The browser's router handles every path that is not a file.
  if (!/\\.[^\\/]+$/.test(request.uri)) {
    request.uri = '/index.html';
  }
"""
_PAGES = """\
  // S3 has files, not directories: /about/ is /about/index.html, and /about redirects to /about/ (one leading slash:
  // "//host" would be another site).
  if (request.uri.endsWith('/')) {
    request.uri += 'index.html';
  } else if (!/\\.[^\\/]+$/.test(request.uri)) {
    return redirect(request.uri.replace(/^[\\/\\\\]+/, '/') + '/', request.querystring);
  }
"""
_FORWARDED_HOST = """\
  // The API is called by its own name; this tells the app the visitor's, for redirects and links.
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
"""
_BODY_LIMIT = """\
  // Lambda's limit is 6 MB, and binary data reaches it a third larger. More would fail without saying why.
  const length = request.headers['content-length'];
  const type = request.headers['content-type'];
  const isText = type && /^(text\\/|application\\/(json|xml|javascript))/.test(type.value);
  const limit = isText ? 6000000 : 4500000;
  if (length && parseInt(length.value, 10) > limit) {
    return {
      statusCode: 413,
      statusDescription: 'Content Too Large',
      headers: { 'content-type': { value: 'application/json' } },
      body: { encoding: 'text', data: '{"detail":"This is more than the ' + limit + ' bytes that can be sent."}' },
    };
  }
"""
_REDIRECT_FUNCTION = """
function redirect(location, querystring) {
  const pairs = [];
  for (const name of Object.keys(querystring)) {
    const parameter = querystring[name];
    for (const item of parameter.multiValue || [parameter]) {
      pairs.push(item.value === '' ? name : name + '=' + item.value);
    }
  }
  const query = pairs.length ? '?' + pairs.join('&') : '';
  return {
    statusCode: 308,
    statusDescription: 'Permanent Redirect',
    headers: { location: { value: location + query } },
  };
}
"""
_NAMES = {
    Redirect.WWW_TO_APEX: {"from": "www.${DomainName}", "to": "${DomainName}"},
    Redirect.APEX_TO_WWW: {"from": "${DomainName}", "to": "www.${DomainName}"},
}


def edge_function(title: str, name: str, code: str) -> cloudfront.Function:
    """A CloudFront Function, published whenever it changes.

    Its name must be unique in the account, so it has the stack's.
    """
    return cloudfront.Function(
        title,
        Name=Sub(f"${{AWS::StackName}}-${{AWS::Region}}-{name}"),
        AutoPublish=True,
        FunctionCode=Sub(code) if "${" in code else code,
        FunctionConfig=cloudfront.FunctionConfig(
            Comment=Sub(f"{title} of ${{AWS::StackName}}"), Runtime="cloudfront-js-2.0"
        ),
    )


def frontend_code(site: Site) -> str:
    """What runs before a request goes to the bucket."""
    step = {Frontend.SPA: _SPA, Frontend.PAGES: _PAGES}[site.frontend]
    return _handler(site, step)


def api_code(site: Site) -> str:
    """What runs before a request goes to the app."""
    return _handler(site, _BODY_LIMIT + _FORWARDED_HOST)


def _handler(site: Site, step: str) -> str:
    names = _NAMES.get(site.domain.redirect) if site.domain else None
    steps = f"{_REDIRECT % names if names else ''}{step}"
    helper = _REDIRECT_FUNCTION if "redirect(" in steps else ""
    return f"function handler(event) {{\n  const request = event.request;\n{steps}  return request;\n}}\n{helper}"
