"""The same for Django, in one file."""

import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path
from holding import hold

settings.configure(DEBUG=True, ROOT_URLCONF=__name__, SECRET_KEY="of no use")
urlpatterns = [path("", lambda request: HttpResponse(str(hold())))]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
